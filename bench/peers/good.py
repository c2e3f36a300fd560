"""The message, and which readings count."""

import os
import subprocess
import sys
import tempfile

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

with tempfile.TemporaryDirectory(prefix="temblor-bench-") as _folder:
    subprocess.run(["protoc", "-I", os.path.join(_ROOT, "proto"), "--python_out", _folder, "seismic_data.proto"],
                   check=True)
    sys.path.insert(0, _folder)
    from seismic_data_pb2 import SeismicRecord  # noqa: E402, F401
    sys.path.remove(_folder)


def good(record):
    return (record.data_quality != 0 and -10 <= record.seismic_amplitude <= 10 and -180 <= record.longitude <= 180
            and -90 <= record.latitude <= 90 and record.sensor_id and record.collect_timestamp
            and record.phase_type in ("P", "S", "N"))
