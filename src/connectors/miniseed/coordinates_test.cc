#include "connectors/miniseed/coordinates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/memory_file_system.h"

namespace temblor::miniseed {
namespace {

using testing::HasSubstr;

Result<CoordinateTable> load(const std::string& path, const std::string& text) {
  MemoryFileSystem files;
  files.put(path, text);
  return CoordinateTable::load(files, path);
}

constexpr const char* kXml = R"(<?xml version="1.0"?>
<FDSNStationXML xmlns="http://www.fdsn.org/xml/station/1" schemaVersion="1.1">
  <Network code="BW"><Station code="UH1">
    <Latitude>48.08149</Latitude><Longitude>11.63609</Longitude><Elevation>500</Elevation>
    <Channel code="SHZ" locationCode="  ">
      <Latitude unit="DEGREES">48.1</Latitude><Longitude>11.7</Longitude><Elevation>500</Elevation><Depth>12.5</Depth>
    </Channel>
  </Station></Network>
</FDSNStationXML>)";

TEST(Coordinates, ReadsStationXml) {
  const auto table = load("stations.xml", kXml);
  ASSERT_TRUE(table) << table.error().to_line();
  EXPECT_EQ(table->of("BW.UH1..SHZ").latitude, 48.1);
  EXPECT_EQ(table->of("BW.UH1..SHZ").longitude, 11.7);
  EXPECT_EQ(table->of("BW.UH1..SHZ").depth, 13);
  EXPECT_EQ(table->of("BW.UH1.00.SHE").latitude, 48.08149);
  EXPECT_EQ(table->of("BW.UH2..SHZ").latitude, 0);
}

TEST(Coordinates, ReadsATable) {
  const auto table = load("t.csv",
                          "# where they stand\nsensor_id,longitude,latitude,depth\r\n\n"
                          "BW.UH1, 11.6 ,48.1,20\nBW.UH1..SHZ,-11.7,+48.2\n");
  ASSERT_TRUE(table) << table.error().to_line();
  EXPECT_EQ(table->of("BW.UH1..SHE").longitude, 11.6);
  EXPECT_EQ(table->of("BW.UH1..SHE").depth, 20);
  EXPECT_EQ(table->of("BW.UH1..SHZ").longitude, -11.7);
  EXPECT_EQ(table->of("BW.UH1..SHZ").latitude, 48.2);
  EXPECT_EQ(table->of("BW.UH12..SHZ").latitude, 0);
  EXPECT_EQ(table->of("...").latitude, 0);
  EXPECT_EQ(table->of("").latitude, 0);
}

TEST(Coordinates, SaysWhatIsWrongAndWhere) {
  const std::string heading = "sensor_id,longitude,latitude,depth\n";
  const auto error = [](const std::string& path, const std::string& text) {
    const auto table = load(path, text);
    EXPECT_FALSE(table);
    EXPECT_EQ(table.error().blame, Blame::kUser);
    return table.error().to_line();
  };
  EXPECT_THAT(error("t.csv", "BW.UH1,1,2\n"), HasSubstr("t.csv:1: the table has no heading"));
  EXPECT_THAT(error("t.csv", heading + "BW.UH1,181,2\n"), HasSubstr("t.csv:2: '181' is no longitude"));
  EXPECT_THAT(error("t.csv", heading + "BW.UH1,1,nan\n"), HasSubstr("'nan' is no latitude"));
  EXPECT_THAT(error("t.csv", heading + "BW.UH1,1,2,deep"), HasSubstr("'deep' is no depth"));
  EXPECT_THAT(error("t.csv", heading + "BW.UH1,1\n"), HasSubstr("2 cells"));
  EXPECT_THAT(error("t.csv", heading + "A.B,1,2\nA.B,1,2\n"), HasSubstr("t.csv:3: 'A.B' is there a second time"));
  EXPECT_THAT(error("s.xml", "<a>"), HasSubstr("no XML"));
  EXPECT_THAT(error("s.xml", "<a/>"), HasSubstr("no StationXML"));
  EXPECT_THAT(error("s.xml", "<FDSNStationXML><Network code='A'><Station code='B'/></Network></FDSNStationXML>"),
              HasSubstr("s.xml: A.B: '' is no longitude"));
  MemoryFileSystem none;
  EXPECT_THAT(CoordinateTable::load(none, "t.csv").error().to_line(), HasSubstr("t.csv: cannot be opened"));
}

}  // namespace
}  // namespace temblor::miniseed
