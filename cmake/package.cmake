# What `make install` and `make package` take: the program, the message formats it speaks, what to read.
include(GNUInstallDirs)
install(TARGETS temblor RUNTIME)
install(DIRECTORY proto DESTINATION ${CMAKE_INSTALL_DATADIR}/temblor FILES_MATCHING PATTERN "*.proto")
install(DIRECTORY data DESTINATION ${CMAKE_INSTALL_DATADIR}/temblor FILES_MATCHING PATTERN "*.csv")
# The demo's waveforms (tools/fetch_waveforms), where they have been fetched.
install(DIRECTORY build/waveforms DESTINATION ${CMAKE_INSTALL_DATADIR}/temblor OPTIONAL FILES_MATCHING PATTERN "*.mseed")
# The word count of the scaler's runbook (tools/build_wordcount), which takes a JDK: without it the rest is as good.
install(FILES build/flink/wordcount.jar DESTINATION ${CMAKE_INSTALL_DATADIR}/temblor OPTIONAL)
install(FILES README.md README.zh-CN.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "the temblor developers")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "Reads seismic records or miniSEED waveforms, cleans them, aggregates them per
sensor in windows and writes the results exactly once.")
include(CPack)
