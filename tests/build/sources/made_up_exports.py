"""Small made-up exports in the columns of the real ones, and a few codes to look up."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook

PROJECTS = (
    "Programme", "Acronym", "Project Name", "Project Name language 2", "Project Name language 3", "Lead Partner",
    "Period", "Street", "Postal code", "Town", "Country", "Budget", "Project total expenditure", "EU Funding",
    "Project EU Funding expenditure", "ERDF budget", "ENI budget", "IPA budget", "ERDF eq. budget",
    "Co-Financing sources", "Website", "Thematic1", "Thematic2", "Thematic3", "Specific Obj", "Thematic Obj",
    "Inv. Priority", "Thematic Priorities (Interreg-IPA CBC specific)", "Description 1", "Description 2",
    "Description EN", "Expected Results 1", "Expected Results 2", "Expected Results EN", "Achievements 1",
    "Achievements 2", "Achievements EN", "Expected Outputs 1", "Expected Outputs 2", "Expected Outputs EN",
    "Delivered Outputs 1", "Delivered Outputs 2", "Delivered Outputs EN", "Project start", "Project end",
    "Priority Area", "Degree of comp.", "Strategy", "Call SN",
)  # fmt: skip
PARTNERS = (
    "Programme", "Acronym", "Project Partner", "Lead Partner", "Street", "Postal code", "Town", "Country",
    "Website", "Department", "Legal Status", "Country code", "NUTS1 (or equivalent)", "NUTS2 (or equivalent)",
    "NUTS3 (or equivalent)",
)  # fmt: skip
CALLS = ("Programme", "Serial Number", "Start Date", "End Date", "Budget")

SEA = "2014 - 2020 INTERREG VB Example Sea"
MED = "2014 - 2020 INTERREG VB Mediterranean"
HILLS = "2014 - 2020 Interreg IPA CBC Hills - Coasts"

_WATER: Mapping[str, object] = {
    "Programme": SEA + " ",
    "Acronym": 103,
    "Project Name": "Shared water",
    "Project Name language 2": "Κοινό νερό",
    "Lead Partner": "City of Example",
    "Period": "2014-2020",
    "Town": "Example",
    "Country": "Germany",
    "Budget": "1,200.50",
    "EU Funding": 1020.43,
    "ERDF budget": "1,020.43",
    "ENI budget": 0,
    "Co-Financing sources": "ERDF",
    "Website": "www.example-sea.example/water",
    "Thematic1": "Water management",
    "Thematic2": "Education and training",
    "Specific Obj": "Clean water on both sides",
    "Thematic Obj": "(6) preserving and protecting the environment and promoting resource efficiency by:",
    "Inv. Priority": "(11 ETC) ETC specific for transnational cooperation: macro-regional strategies",
    "Description EN": "Two towns <b>share</b> one lake &amp; its water.",
    "Project start": "2016/09/01",
    "Project end": "2018/08/31",
    "Call SN": 1,
}
_ROWS_OF_PROJECTS: Sequence[Mapping[str, object]] = (
    _WATER,
    _WATER | {"Lead Partner": "Région d’Exemple", "Country": "France"},
    {
        "Programme": MED,
        "Acronym": "Σχέδιο",
        "Project Name language 2": "Σχέδιο",
        "Project Name language 3": "Progetto",
        "Period": "2014-2020",
        "Budget": "588,017.84",
        "EU Funding": 499815164,
        "Website": "http://med.example",
        "Thematic1": "Unheard of",
        "Description EN": "Managed by Dr. Ann Example, as project manager.",
        "Project start": "2019/09/22",
        "Project end": "2019/09/21",
    },
    {
        "Programme": HILLS,
        "Acronym": "HILL",
        "Project Name": "Hill paths",
        "Period": "2014-2020",
        "Budget": "100,000.00",
        "EU Funding": "85,000.00",
        "IPA budget": "85,000.00",
        "Co-Financing sources": "IPA/IPA II, ERDF",
        "Website": "http://med.example",
        "Thematic1": "Tourism",
        "Thematic Priorities (Interreg-IPA CBC specific)": "(d) encouraging tourism and heritage",
        "Description 1": "Staze",
        "Project start": "31.02.2017",
        "Call SN": 9,
    },
)
_ROWS_OF_PARTNERS: Sequence[Mapping[str, object]] = (
    {
        "Programme": SEA, "Acronym": "103", "Project Partner": "City of Example", "Lead Partner": "Yes",
        "Street": "c/o Ann Example, Lake Street 1", "Postal code": 1069, "Town": "Example", "Country": "Germany",
        "Department": "Dr. Ann Example (mayor)", "Legal Status": "public",
        "Country code": "DE Germany / DEUTSCHLAND",
        "NUTS3 (or equivalent)": "DED21  / Dresden, Kreisfreie Stadt", "Website": "www.example-sea.example/water",
    },
    {
        "Programme": SEA, "Acronym": 103, "Project Partner": "Région d’Exemple", "Lead Partner": "Yes",
        "Postal code": 29.012, "Town": "Exemple", "Country": "FRANCE", "Legal Status": "Public",
        "Country code": "FR France / FRANCE",
    },
    {
        "Programme": MED, "Acronym": "Σχέδιο", "Project Partner": "Donegal County Council", "Lead Partner": "Yes",
        "Town": "Lifford", "Country": "IRELAND", "Legal Status": "n/a", "Street": "N/A",
        "Country code": "UK United Kingdom / UNITED KINGDOM", "NUTS3 (or equivalent)": "UKN04  / North",
    },
    {
        "Programme": HILLS, "Acronym": "HILL", "Project Partner": "Klub Brdo", "Lead Partner": "Yes",
        "Town": "Brdo", "Country": "Serbia", "Legal Status": "private", "Country code": "RS  / Serbia",
    },
    {
        "Programme": HILLS, "Acronym": "HILL", "Project Partner": "Klub Brdo", "Lead Partner": "Yes",
        "Town": "Brdo", "Country": "Serbia", "Legal Status": "private", "Country code": "RS  / Serbia",
    },
    {
        "Programme": HILLS, "Acronym": "NO SUCH PROJECT", "Project Partner": "Orphan", "Lead Partner": "No",
        "Town": "Nowhere", "Country": "Serbia", "Legal Status": "private", "Country code": "RS  / Serbia",
    },
)  # fmt: skip
_ROWS_OF_CALLS: Sequence[Mapping[str, object]] = (
    {"Programme": SEA, "Serial Number": 1, "Start Date": "2015/02/12", "Budget": "18,689,369.00"},
    {"Programme": HILLS, "Serial Number": "PL.01/16", "Budget": "0"},
)


def keep_workbook(folder: Path) -> Path:
    """Write a workbook as keep.eu exports it: numbers as numbers, dates and most amounts as text."""
    book = Workbook()
    for title, head, rows in (
        ("Projects (lead partners)", PROJECTS, _ROWS_OF_PROJECTS),
        ("Partners", PARTNERS, _ROWS_OF_PARTNERS),
        ("Calls", CALLS, _ROWS_OF_CALLS),
    ):
        sheet = book.create_sheet(title)
        sheet.append(head)
        for row in rows:
            unknown = set(row) - set(head)
            assert not unknown, unknown
            sheet.append([row.get(column) for column in head])
    del book["Sheet"]
    path = folder / "keep.xlsx"
    book.save(path)
    return path


COOPS_2023 = (
    "Identifier", "Name", "Description", "Organisational Structure", "Primary Activity", "Activities",
    "Street Address", "Locality", "Region", "Postcode", "Country ID", "Territory ID", "Website",
    "Companies House Number", "Qualifiers", "Membership Type", "Latitude", "Longitude", "Geo Container",
    "Geo Container Latitude", "Geo Container Longitude", "Sector", "SIC Section", "SIC Code",
    "Ownership Classification", "Legal Form",
)  # fmt: skip
COOPS_2017 = (
    "CUK Organisation ID", "Registered Number", "Registrar", "Registered Name", "Trading Name", "Legal Form",
    "Registered Street", "Registered City", "Registered State/Province", "Registered Postcode", "UK Nation",
    "SIC Code", "SIC section", "SIC code  - level 2", "SIC code  - level 2 description", "SIC code  - level 3",
    "SIC code  - level 3 description", "SIC code  - level 4", "SIC code  - level 4 description",
    "SIC code  - level 5", "SIC code  - level 5 description", "Sector - Simplified, High Level",
    "Ownership Classification", "Registered Status", "Incorporation Date", "Dissolved Date",
)  # fmt: skip
_ESS = "https://dev.lod.coop/essglobal/2.1/standard/"
_ROWS_OF_2023: Sequence[Mapping[str, str]] = (
    {
        "Identifier": "R000101", "Name": "Clwb y Pentref",
        "Organisational Structure": _ESS + "organisational-structure/OS130",
        "Primary Activity": _ESS + "activities-ica/ICA280", "Membership Type": _ESS + "base-membership-type/BMT10",
        "Street Address": "c/o Ann Example\n2 High Street", "Locality": "Pentref", "Region": "Gwynedd",
        "Postcode": "LL99 9ZZ", "Country ID": "GB", "Website": "http://pentref.example",
        "Companies House Number": "SC338677", "Geo Container": "http://data.example/LL999ZZ",
        "Geo Container Latitude": "53.100000", "Geo Container Longitude": "-4.20", "Sector": "Housing",
        "SIC Section": "Real Estate", "SIC Code": "68201", "Ownership Classification": "Tenants",
        "Legal Form": "Society",
    },
    {
        "Identifier": "R000102", "Name": "Bread for All", "Country ID": "GB", "Website": "http://pentref.example/",
        "Companies House Number": "119598", "SIC Code": "75120", "Legal Form": "Company",
    },
)  # fmt: skip
_ROWS_OF_2017: Sequence[Mapping[str, str]] = (
    {
        "CUK Organisation ID": "R000101", "Registered Number": "10143R", "Registrar": "FCA",
        "Registered Name": "Clwb y Pentref Cyfyngedig", "Trading Name": "Clwb y Pentref", "Legal Form": "Society",
        "Registered Street": "1 Old Road", "Registered City": "Pentref", "Registered Postcode": "LL99 9ZY",
        "UK Nation": "Wales", "SIC Code": "UKSIC07-9499", "Sector - Simplified, High Level": "Housing",
        "Ownership Classification": "Consumers", "Registered Status": "Live", "Incorporation Date": "9/8/2011",
    },
    {
        "CUK Organisation ID": "R000103", "Registered Number": "OC364846", "Registrar": "Companies House",
        "Registered Name": "Gone Boats LLP", "Trading Name": "Gone Boats LLP", "Legal Form": "LLP",
        "UK Nation": "England",
        "SIC Code": "UKSIC07-829", "Registered Status": "Dead", "Incorporation Date": "23/6/1925",
        "Dissolved Date": "30/3/2011",
    },
    {
        "CUK Organisation ID": "R000104", "Registered Number": "77C", "Registrar": "Unknown legal form",
        "Registered Name": "Back in Time", "UK Nation": "England", "Registered Status": "Dead",
        "Incorporation Date": "1/1/2011", "Dissolved Date": "31/2/2012",
    },
    {"CUK Organisation ID": "101", "Registered Name": "Without a number", "UK Nation": "England"},
)  # fmt: skip


def coops_files(folder: Path) -> tuple[Path, Path]:
    """Write both vintages as Co-operatives UK does: CSV with CRLF, line ends inside of addresses."""
    paths = (folder / "coops_2017.csv", folder / "coops_2023.csv")
    for path, head, rows in zip(paths, (COOPS_2017, COOPS_2023), (_ROWS_OF_2017, _ROWS_OF_2023), strict=True):
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, head, restval="")
            writer.writeheader()
            writer.writerows(rows)
    return paths
