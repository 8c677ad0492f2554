//! The countries that have a numbering plan.

use std::str::FromStr;

use rlibphonenumber::{PHONE_NUMBER_UTIL, Region};

/// A country, or a territory with a code of its own, whose national numbers can be read.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Country(pub(super) Region);

/// Two letters that are no country with a numbering plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no country with a numbering plan")]
pub struct UnknownCountry;

impl Country {
    /// Its country code, such as 33.
    pub(super) fn code(self) -> Option<i32> {
        PHONE_NUMBER_UTIL.get_country_code_for_region(self.0)
    }
}

/// Whether the digits are the code of a country.
pub(super) fn is_code(digits: &str) -> bool {
    let code = digits.parse().ok();
    code.and_then(|code| PHONE_NUMBER_UTIL.get_region_for_country_code(code))
        .is_some()
        && !digits.starts_with('0')
}

impl FromStr for Country {
    type Err = UnknownCountry;

    /// Reads an ISO 3166 code such as `FR`. The plans themselves are not looked at: reading them takes a fresh instance milliseconds.
    fn from_str(code: &str) -> Result<Self, UnknownCountry> {
        let code = code.to_ascii_uppercase();
        if !WITH_PLAN.split_whitespace().any(|known| known == code) {
            return Err(UnknownCountry);
        }
        code.parse().map(Self).map_err(|_| UnknownCountry)
    }
}

impl std::fmt::Display for Country {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::fmt::Debug for Country {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// All regions of libphonenumber.
const WITH_PLAN: &str = "AC AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ \
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG \
    GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB \
    LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ \
    OM PA PE PF PG PH PK PL PM PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TA TC TD \
    TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_countries_are_those_that_have_a_plan() {
        let known: BTreeSet<String> = WITH_PLAN.split_whitespace().map(str::to_owned).collect();
        let planned: BTreeSet<String> = PHONE_NUMBER_UTIL
            .get_supported_regions()
            .map(|region| region.to_string())
            .collect();
        assert_eq!(known, planned);
    }

    #[test]
    fn letters_that_are_no_country_are_refused() {
        assert_eq!(
            "fr".parse::<Country>().map(|country| country.to_string()),
            Ok("FR".to_owned())
        );
        for text in ["XX", "AQ", "001", "F", "FRA", "", "F R"] {
            assert_eq!(text.parse::<Country>(), Err(UnknownCountry), "{text}");
        }
    }
}
