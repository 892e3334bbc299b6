"""When the next edition of a source is due."""

import calendar
import re
from datetime import date

_PART = re.compile(r"(\d+)([YMWD])")


def after(day: date, duration: str) -> date:
    """Return the day that lies an ISO 8601 ``duration`` in years, months, weeks and days after ``day``.

    A month that has no such day gives its last one.
    """
    amounts = {unit: int(number) for number, unit in _PART.findall(duration)}
    months = day.year * 12 + day.month - 1 + amounts.get("Y", 0) * 12 + amounts.get("M", 0)
    year, month = divmod(months, 12)
    if year > date.max.year:
        return date.max
    last = calendar.monthrange(year, month + 1)[1]
    shifted = date(year, month + 1, min(day.day, last)).toordinal()
    days = amounts.get("W", 0) * 7 + amounts.get("D", 0)
    return date.fromordinal(min(shifted + days, date.max.toordinal()))
