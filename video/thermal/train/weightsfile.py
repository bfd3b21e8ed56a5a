"""The file of weights: the magic, the version and the length of the header (little-endian 32 bits each), the header as JSON, the numbers
as little-endian float16, and the SHA-256 of all that."""
import hashlib
import json
import os
import struct

MAGIC, VERSION = b"VDTNET\r\n", 2
# AS_THEY_ARE is the calibration that leaves scores alone.
AS_THEY_ARE = [[0, 0], [1, 1]]


def write(path, header, blob):
    text = json.dumps(header, indent=1).encode()
    body = MAGIC + struct.pack("<II", VERSION, len(text)) + text + blob
    with open(path + ".new", "wb") as out:
        out.write(body + hashlib.sha256(body).digest())
    os.replace(path + ".new", path)


def read(path):
    """The header and the numbers as bytes."""
    with open(path, "rb") as file:
        body = file.read()
    body, digest = body[:-32], body[-32:]
    if body[:8] != MAGIC or hashlib.sha256(body).digest() != digest:
        raise SystemExit(f"{path} is no whole file of weights")
    version, length = struct.unpack("<II", body[8:16])
    if version != VERSION:
        raise SystemExit(f"{path} is of version {version}; this reads {VERSION}")
    return json.loads(body[16 : 16 + length]), body[16 + length :]
