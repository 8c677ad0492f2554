"""Writes libphonenumber.txt: what libphonenumber answers for numbers of every country, in the ways in which people and exchanges write them.

libphonenumber itself is not asked, but its port to Python, which is kept with it and shares no code with the one that the bridge uses:

    python3 -m venv port && port/bin/pip install phonenumbers==9.0.42
    port/bin/python components/bridge-core/tests/numbering/generate.py

The version is the one whose plans the bridge's library has (its Readme names it): then every difference is one of reading. The same version
writes the same file.
"""

import pathlib
import random

import phonenumbers as lib
from phonenumbers import PhoneMetadata, PhoneNumberFormat, PhoneNumberType

KINDS = {
    "fixed_line": PhoneNumberType.FIXED_LINE,
    "mobile": PhoneNumberType.MOBILE,
    "toll_free": PhoneNumberType.TOLL_FREE,
    "premium_rate": PhoneNumberType.PREMIUM_RATE,
    "shared_cost": PhoneNumberType.SHARED_COST,
    "voip": PhoneNumberType.VOIP,
    "personal": PhoneNumberType.PERSONAL_NUMBER,
    "pager": PhoneNumberType.PAGER,
    "uan": PhoneNumberType.UAN,
    "voicemail": PhoneNumberType.VOICEMAIL,
}

# An Italian zero, one of a shared country code, a mobile of Argentina: those that are easily misread abroad.
FOREIGN = ["+390612345678", "+441481256789", "+5491123456789", "+12125550123", "+33123456789", "+74951234567"]

# Dialled from each other like numbers of their own, under several country codes.
FRENCH = ["FR", "RE", "YT", "GP", "BL", "MF", "GF", "MQ", "PM"]
# What is dialled in a country, or was, beyond what its plan says: libphonenumber refuses it, or takes it for another number.
DIALLED = {
    "IE": ["04890123456", "+3534890123456"],
    "MX": ["+5215512345678", "0445512345678", "0455512345678", "015512345678", "5215512345678"],
    "PM": ["0508430123"],
    "FR": ["0508430123", "+33508430123"],
}


def main():
    chance = random.Random(9)
    lines = [f"# libphonenumber {lib.__version__}, by its port to Python: country, its answer, what was read"]
    for region in sorted(lib.SUPPORTED_REGIONS):
        answers = {}
        for raw in sorted(written_in(region, chance)):
            answers.setdefault(answer(raw, region), []).append(raw)
        lines += [f"{region}\t{number}\t{'|'.join(raws)}" for number, raws in sorted(answers.items())]
    target = pathlib.Path(__file__).with_name("libphonenumber.txt")
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


def written_in(region, chance):
    """Everything that is read in the region."""
    raws = set()
    for number in numbers_of(region, chance):
        raws |= own_forms(number, region)
    for e164 in FOREIGN:
        raws |= foreign_forms(lib.parse(e164), region)
    for sibling in siblings(region):
        raws |= sibling_forms(sibling, region)
    return raws | set(DIALLED.get(region, []))


def siblings(region):
    """Those that share its country code, or are dialled from it as if they did."""
    same = set(lib.COUNTRY_CODE_TO_REGION_CODE[lib.country_code_for_region(region)])
    return sorted((same | set(FRENCH if region in FRENCH else [])) - {region})


def sibling_forms(sibling, region):
    forms = set()
    for kind in (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE):
        example = lib.example_number_for_type(sibling, kind)
        if example:
            national = lib.national_significant_number(example)
            prefix = PhoneMetadata.metadata_for_region(region).national_prefix or ""
            forms |= {prefix + national, national, f"+{lib.country_code_for_region(region)}{national}"}
    return forms


def numbers_of(region, chance):
    """The example of every kind, others like it, and numbers that begin like the country's own code."""
    code = lib.country_code_for_region(region)
    found = {}
    for kind in KINDS.values():
        example = lib.example_number_for_type(region, kind)
        if example is None:
            continue
        national = lib.national_significant_number(example)
        tries = [national] + [varied(national, chance) for _ in range(20)]
        valid = [number for number in (valid_number(code, text) for text in tries) if number]
        found.update({lib.format_number(number, PhoneNumberFormat.E164): number for number in valid[:2]})
    general = PhoneMetadata.metadata_for_region(region).general_desc
    alike = 0
    for attempt in range(2000):
        length = general.possible_length[attempt % len(general.possible_length)]
        text = str(code) + "".join(chance.choice("0123456789") for _ in range(length - len(str(code))))
        number = valid_number(code, text) if len(text) == length else None
        if number:
            found[lib.format_number(number, PhoneNumberFormat.E164)] = number
            alike += 1
        if alike == 4:
            break
    return found.values()


def varied(national, chance):
    kept = max(2, len(national) - 4)
    return national[:kept] + "".join(chance.choice("0123456789") for _ in national[kept:])


def valid_number(code, national):
    number = lib.PhoneNumber(country_code=code, national_number=int(national))
    zeros = len(national) - len(national.lstrip("0"))
    if zeros:
        number.italian_leading_zero = True
        number.number_of_leading_zeros = zeros
    return number if lib.is_valid_number(number) else None


def own_forms(number, region):
    code = str(number.country_code)
    national = lib.national_significant_number(number)
    metadata = PhoneMetadata.metadata_for_region(region)
    printed = lib.format_number(number, PhoneNumberFormat.NATIONAL)
    forms = {
        f"+{code}{national}",
        f"{code}{national}",
        f"+{code}0{national}",
        national,
        printed,
        "".join(filter(str.isdigit, printed)),
        lib.format_number(number, PhoneNumberFormat.INTERNATIONAL),
        f"00{code}{national}",
    }
    if metadata.national_prefix:
        forms |= {metadata.national_prefix + national, f"+{code}{metadata.national_prefix}{national}"}
    prefix = international_prefix(region)
    if prefix:
        forms |= {f"{prefix}{code}{national}", f"{prefix}{code}0{national}"}
    return forms


def foreign_forms(number, region):
    code = number.country_code
    national = lib.national_significant_number(number)
    forms = {f"+{code}{national}", f"+{code}0{national}", lib.format_number(number, PhoneNumberFormat.INTERNATIONAL)}
    prefix = international_prefix(region)
    return forms | ({f"{prefix}{code}{national}"} if prefix else set())


def international_prefix(region):
    metadata = PhoneMetadata.metadata_for_region(region)
    prefix = metadata.preferred_international_prefix or metadata.international_prefix or ""
    prefix = prefix.replace("~", "")
    return prefix if prefix.isdigit() else None


def answer(raw, region):
    try:
        number = lib.parse(raw, region)
    except lib.NumberParseException:
        return "-"
    return lib.format_number(number, PhoneNumberFormat.E164) if lib.is_valid_number(number) else "-"


if __name__ == "__main__":
    main()
