//! Phone numbers of contacts in E.164, as the phone_validation addon computes them.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};
use serde_json::{Value, json};

use super::env::Env;
use super::schema::Model;
use super::store::Row;

impl Env<'_> {
    /// `phone_sanitized` of a contact: the mobile wins over the phone where there is one (17 and 18).
    ///
    /// Without `phonenumbers` on the server the number is kept as it was typed.
    pub(crate) fn sanitized_phone(&self, model: &Model, row: &Row) -> Value {
        let get = |name: &str| {
            model
                .field(name)
                .map_or(&Value::Null, |field| row.get(field.slot))
        };
        let country = self.phone_country(get("country_id"), get("company_id"));
        let numbers = ["mobile", "phone"]
            .into_iter()
            .filter_map(|name| get(name).as_str())
            .filter(|number| !number.is_empty());
        for number in numbers {
            if !self.site.phone_numbers {
                return json!(number);
            }
            if let Some(e164) = to_e164(number, country.as_deref()) {
                return json!(e164);
            }
        }
        Value::Null
    }

    /// `_phone_format` of a record: a number in E.164, by the record's country; none where it is no number.
    pub(crate) fn formatted(&self, model: &str, id: i64, number: &str) -> Option<String> {
        if !self.site.phone_numbers {
            return Some(number.to_owned());
        }
        let get = |field: &str| self.stored(model, id, field);
        let country = self.phone_country(&get("country_id"), &get("company_id"));
        to_e164(number, country.as_deref())
    }

    /// ISO code of the contact's country, else of its company, else of the caller's company.
    fn phone_country(&self, country: &Value, company: &Value) -> Option<String> {
        let company = company
            .as_i64()
            .or_else(|| self.stored_id("res.users", self.uid, "company_id"));
        let fallback =
            || company.and_then(|company| self.stored_id("res.company", company, "country_id"));
        let country = country.as_i64().or_else(fallback)?;
        self.stored("res.country", country, "code")
            .as_str()
            .map(str::to_owned)
    }
}

/// The number in E.164; `None` when it is no possible number, or national without a country.
fn to_e164(number: &str, country: Option<&str>) -> Option<String> {
    let number = number.trim();
    let number = number
        .strip_prefix("00")
        .map_or_else(|| number.to_owned(), |rest| format!("+{rest}"));
    let country = country.and_then(|code| code.parse::<Region>().ok());
    let parsed = PHONE_NUMBER_UTIL.parse(&number, country).ok()?;
    PHONE_NUMBER_UTIL.is_valid_number(&parsed).then(|| {
        PHONE_NUMBER_UTIL
            .format(&parsed, PhoneNumberFormat::E164)
            .into_owned()
    })
}

/// The calling code of a country, where the numbering plan knows it.
pub(crate) fn calling_code(country: &str) -> Option<u16> {
    let code = PHONE_NUMBER_UTIL.get_country_code_for_region(country.parse().ok()?)?;
    u16::try_from(code).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_e164_with_their_country() {
        let check = |number: &str, country: Option<&str>, expected: Option<&str>| {
            assert_eq!(to_e164(number, country).as_deref(), expected, "{number}");
        };
        check("01 23 45 67 89", Some("FR"), Some("+33123456789"));
        check("+34 911 22 33 44", None, Some("+34911223344"));
        check("0034911223344", None, Some("+34911223344"));
        check("(+34) 915-66-77-88", Some("ES"), Some("+34915667788"));
        check("911223344", None, None);
        check("12", Some("FR"), None);
    }
}
