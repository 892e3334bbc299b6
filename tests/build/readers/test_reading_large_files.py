"""Readers hold a block of a file and one record, whatever its size; of a workbook also the texts of its cells."""

import gzip
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from made_files import PARTS_AROUND, code_list, code_row

MIB = 2**20
MOST = 12 * MIB
"""What reading a file may add to the memory of the process, beside what a test states."""
READ = """
import resource, sys
from pathlib import Path
from koinon.build.mapping.readers import Limits, Wanted, WantedTable, open_tables

def read(name, count):
    wanted = Wanted(sys.argv[1], (WantedTable("features" if sys.argv[1] == "json" else ""),))
    (table,) = open_tables(Path(name), wanted, Limits(ratio=1000))
    assert sum(1 for record in table if record.values) == int(count), count

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

read(sys.argv[2], sys.argv[3])
before = peak()
read(sys.argv[4], sys.argv[5])
print(peak() - before)
"""
TEXT = "Ünïted co-operatives of the hills and coasts, number"


def csv_file(path: Path, count: int) -> int:
    with path.open("w", encoding="utf-8") as file:
        file.write("id,name,town\n")
        file.writelines(f'{number},"{TEXT} {number}",Łódź\n' for number in range(count))
    return 0


def json_lines_file(path: Path, count: int) -> int:
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as file:
        file.writelines(f'{{"id": {number}, "names": [{{"value": "{TEXT}"}}]}}\n' for number in range(count))
    return 0


def json_file(path: Path, count: int) -> int:
    with path.open("w", encoding="utf-8") as file:
        file.write('{"type": "FeatureCollection", "features": [')
        file.writelines(f'{{"id": {number}, "names": [{{"value": "{TEXT}"}}]}},\n' for number in range(count - 1))
        file.write('{"id": -1}]}')
    return 0


def code_list_file(path: Path, count: int) -> int:
    before, after = code_list("HERE").split("HERE")
    with path.open("w", encoding="utf-8") as file:
        file.write(before)
        file.writelines(code_row(code=str(number), Name=TEXT) for number in range(count))
        file.write(after)
    return 0


def workbook_file(path: Path, count: int) -> int:
    """Write a sheet of which each row has a text of its own; return the bytes of these texts."""
    texts = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for name, content in PARTS_AROUND.items():
            file.writestr(name, content)
        with file.open("xl/sharedStrings.xml", "w") as part:
            part.write(b"<sst><si><t>id</t></si><si><t>name</t></si>")
            for number in range(count):
                text = f"{TEXT} {number}".encode()
                texts += len(text) + 8
                part.write(b"<si><t>" + text + b"</t></si>")
            part.write(b"</sst>")
        with file.open("xl/worksheets/sheet1.xml", "w") as part:
            part.write(b'<worksheet><sheetData><row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>')
            for number in range(count):
                part.write(f'<row><c><v>{number}</v></c><c t="s"><v>{number + 2}</v></c></row>'.encode())
            part.write(b"</sheetData></worksheet>")
    return texts


@pytest.mark.parametrize(
    ("reader", "write", "rows"),
    [
        ("csv", csv_file, 300_000),
        ("jsonl", json_lines_file, 200_000),
        ("json", json_file, 200_000),
        ("genericode", code_list_file, 60_000),
        ("xlsx", workbook_file, 150_000),
    ],
    ids=["csv", "jsonl", "json", "genericode", "xlsx"],
)
def test_memory_does_not_grow_with_the_file(
    tmp_path: Path, reader: str, write: Callable[[Path, int], int], rows: int
) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    write(small, 1000)
    held = write(large, rows)
    arguments = [reader, str(small), "1000", str(large), str(rows)]
    done = subprocess.run([sys.executable, "-c", READ, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    # a growing piece of memory is copied to a larger one, both being there for a moment
    assert int(done.stdout) < MOST + 2.2 * held, f"{int(done.stdout) / MIB:.1f} MiB more"
