#pragma once

#include <memory>

#include "base/environment.h"
#include "connectors/source.h"
#include "connectors/uri.h"

namespace temblor::miniseed {

/// Real waveforms: `miniseed:GLOB?key=value`. Each channel, over all files that match, is a split
/// `miniseed:NET.STA.LOC.CHA`; what belongs to none is a split
/// `miniseed:damaged:PATH` for each file.
///   coordinates=FILE  StationXML (`.xml`) or a table `sensor_id,longitude,latitude,depth`; else all are 0
///   sta=500ms  lta=10s  on=4  off=1  p=1500ms   the trigger that picks P and S (trigger.h)
Result<std::unique_ptr<Source>> make_miniseed_source(const Uri& uri, const Environment& environment);

}  // namespace temblor::miniseed
