"""Checks in a sheet: what each kind of cell may hold, and what turns red because it was pasted past a check."""

from collections.abc import Mapping
from typing import Any, Final

from koinon.build.templates.forms import ROWS, Column, Kind, Sheet
from koinon.build.templates.texts import Texts

FIRST: Final = 4
"""The first row of a sheet, as people count, that may hold a record; the example stands there."""
LAST: Final = FIRST + ROWS
_LONG: Final = 1000
_TEXT: Final = 250
_LETTERS: Final = '"abcdefghijklmnopqrstuvwxyz0123456789-"'
_MESSAGE: Final = 255
"""Characters of a message that a spreadsheet takes."""


def validation(column: Column, letter: str, start: str | None, texts: Texts) -> dict[str, Any]:
    """Return what XlsxWriter's data_validation takes for the column at ``letter``.

    ``start`` is the letter of the column with the start of what this column ends.
    """
    rule, message = _rule(column, f"{letter}{FIRST}", f"${letter}${FIRST}:${letter}${LAST}", start)
    stop = column.kind is not Kind.REFERENCE
    words = texts["checks"]
    return rule | {
        "ignore_blank": True,
        "error_title": words["title"],
        "error_message": words[message].format(n=_LONG if column.kind is Kind.LONG else _TEXT)[:_MESSAGE],
        "error_type": "stop" if stop else "warning",
    }


def _rule(column: Column, cell: str, whole: str, start: str | None) -> tuple[dict[str, Any], str]:
    match column.kind:
        case Kind.ID:
            once = f"COUNTIF({whole},{cell})=1,LEN({cell})<=40"
            letter = f'MID(LOWER({cell}),ROW(INDIRECT("1:"&LEN({cell}))),1)'
            return _custom(f"=AND({once},SUMPRODUCT(--ISNUMBER(FIND({letter},{_LETTERS})))=LEN({cell}))"), "id"
        case Kind.CHOICE:
            return {"validate": "list", "source": f"=list_{_name(column.of)}"}, "list"
        case Kind.REFERENCE:
            return {"validate": "list", "source": f"=ids_{column.of}"}, "list"
        case Kind.URL:
            no = f'ISERROR(FIND("@",{cell})),ISERROR(FIND(" ",TRIM({cell})))'
            return _custom(f'=AND(ISNUMBER(FIND(".",{cell})),{no})'), "url"
        case Kind.NUTS:
            letters = f"AND(CODE(MID(UPPER({cell}),1,1))>64,CODE(MID(UPPER({cell}),2,1))>64)"
            return _custom(f"=AND(LEN({cell})>=2,LEN({cell})<=5,{letters})"), "nuts"
        case Kind.YEAR:
            return {
                "validate": "integer",
                "criteria": "between",
                "minimum": 1000,
                "maximum": "=YEAR(TODAY())",
            }, "year"
        case Kind.DATE:
            return _between("date"), "date"
        case Kind.END:
            return _custom(f"=AND({cell}>=DATE(1900,1,1),{cell}<=DATE(2100,12,31),{cell}>=${start}{FIRST})"), "end"
        case Kind.NUMBER:
            return {"validate": "decimal", "criteria": ">=", "value": 0}, "number"
        case Kind.COUNT:
            return {"validate": "integer", "criteria": ">=", "value": 1}, "count"
        case Kind.TEXT | Kind.LONG:
            most = _LONG if column.kind is Kind.LONG else _TEXT
            return {"validate": "length", "criteria": "<=", "value": most}, "text"


def _custom(formula: str) -> dict[str, Any]:
    if len(formula) > _MESSAGE:
        raise ValueError(f"a check has {len(formula)} characters; spreadsheets take {_MESSAGE}")
    return {"validate": "custom", "value": formula}


def _between(kind: str) -> dict[str, Any]:
    return {
        "validate": kind,
        "criteria": "between",
        "minimum": "=DATE(1900,1,1)",
        "maximum": "=DATE(2100,12,31)",
    }


def _name(of: str) -> str:
    return of.replace("-", "_")


def alarms(sheet: Sheet, letters: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return ranges and the formulas under which their cells turn red: missing, twice, not in the list, too early.

    Pasted cells carry no check with them, so this is how a sheet shows what came in that way.
    """
    last = letters[sheet.columns[-1].name]
    row = f"COUNTA($A{FIRST}:${last}{FIRST})>0"
    found: list[tuple[str, str]] = []
    for column in sheet.columns:
        letter = letters[column.name]
        whole, cell = f"{letter}{FIRST}:{letter}{LAST}", f"${letter}{FIRST}"
        if column.required:
            found.append((whole, f"=AND({row},LEN(TRIM({cell}))=0)"))
        if column.kind is Kind.ID:
            found.append((whole, f"=COUNTIF(${letter}${FIRST}:${letter}${LAST},{cell})>1"))
        elif column.kind is Kind.CHOICE:
            found.append((whole, f"=AND(LEN({cell})>0,COUNTIF(list_{_name(column.of)},{cell})=0)"))
        elif column.kind is Kind.REFERENCE:
            known = f'COUNTIF(ids_{column.of},{cell}&"")=0'
            found.append((whole, f"=AND(ROW()>{FIRST},LEN({cell})>0,{known})"))
        elif column.kind is Kind.END:
            found.append((whole, f"=AND(LEN({cell})>0,{cell}<${letters['start']}{FIRST})"))
        elif column.kind is Kind.URL:
            found.append((whole, f'=ISNUMBER(FIND("@",{cell}))'))
    return found
