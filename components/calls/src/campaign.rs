//! Campaigns: a list of people whom an office calls one after the other, within the rules of their country.
//!
//! What the rules count stands in the journal, and they are looked at in the moment of the call, within one transaction of Odoo. What is here is what
//! a number itself says.

use crate::order::Dialling;
use crate::phone::{self, NotDialled, Number};

/// Why a number is not called by a campaign, whoever has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotCallable {
    /// Nothing in what was written is a number.
    Unreadable,
    /// A call to it can cost more than others.
    Premium,
}

impl NotCallable {
    /// As a member's record has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Premium => "premium",
        }
    }
}

/// The number to call of what a person has written: the first, if there are several.
///
/// `offices` are all that may call it. Where they would not read the same number, none is read: nobody guesses a country.
///
/// # Errors
/// Why there is none.
pub fn number(written: &str, offices: &[Dialling<'_>]) -> Result<Number, NotCallable> {
    let mut read = offices.iter().map(|office| read(written, office));
    let first = read.next().unwrap_or(Err(NotCallable::Unreadable));
    match read.all(|other| other == first) {
        true => first,
        false => Err(NotCallable::Unreadable),
    }
}

fn read(written: &str, office: &Dialling<'_>) -> Result<Number, NotCallable> {
    let number = phone::written(written, office.country)
        .into_iter()
        .next()
        .ok_or(NotCallable::Unreadable)?;
    match number.dialled(office.form, office.country) {
        Err(NotDialled::Premium) => Err(NotCallable::Premium),
        // A form in which the office does not reach it is mended in the settings, not in the list.
        Ok(_) | Err(NotDialled::NoForm) => Ok(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::Form;

    fn office(country: &str) -> Dialling<'static> {
        Dialling {
            country: country.parse().unwrap(),
            form: Form::National,
            outside_line: "",
            extensions: &[],
        }
    }

    fn read(written: &str) -> Result<String, NotCallable> {
        number(written, &[office("FR")]).map(|number| number.to_string())
    }

    #[test]
    fn no_country_is_guessed_where_several_may_be_meant() {
        let offices = [office("FR"), office("DE")];
        let read = |written| number(written, &offices).map(|number| number.to_string());
        assert_eq!(read("+33 1 42 66 77 01"), Ok("+33142667701".to_owned()));
        assert_eq!(read("01 42 66 77 01"), Err(NotCallable::Unreadable));
        assert_eq!(
            number("+33 1 42 66 77 01", &[]),
            Err(NotCallable::Unreadable)
        );
    }

    #[test]
    fn the_first_number_that_is_one_is_called() {
        let expected = Ok("+33142667701".to_owned());
        for written in [
            "01 42 66 77 01",
            "+33 1 42 66 77 01",
            "Tél. 01 42 66 77 01 poste 12",
            "01 42 66 77 01 / 06 12 34 56 78",
        ] {
            assert_eq!(read(written), expected, "{written}");
        }
    }

    #[test]
    fn nobody_is_called_by_what_is_no_number_or_costs_more() {
        for written in ["", "ask Zoé", "3611", "112", "1001"] {
            assert_eq!(read(written), Err(NotCallable::Unreadable), "{written}");
        }
        assert_eq!(read("08 99 70 12 34"), Err(NotCallable::Premium));
    }
}
