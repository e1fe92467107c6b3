"""A child process that behaves as `today` of its request says: what `Child` must survive."""
from __future__ import annotations

import json
import os
import sys
import time

from medrules.hospital.updating.trial_load import limit

if __name__ == "__main__":
    request = json.loads(sys.stdin.buffer.read())
    match request["today"]:
        case 1:
            time.sleep(600)
        case 2:
            limit(1, 4096)
            while True:
                pass
        case 3:
            limit(60, 256)
            held = [bytearray(1024 * 1024) for _ in range(100_000)]
        case 4:
            os.abort()
        case 5:
            sys.exit(3)
        case 6:
            sys.stdout.write("no JSON\n")
        case 7:
            sys.stdout.write('{"ok":true,"cases":1,"compiled":[["x",100]]}\ntorn')
        case 8:
            sys.stdout.write('{"ok":false,"code":"MR-P999","zh":"乱写","en":"nonsense"}\n')
        case 9:
            sys.stdout.write("[]\n")
