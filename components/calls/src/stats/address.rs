//! Where statistics are asked for, and in which form.

/// What an address of the statistics names: `/stats`, `/stats.csv`, `/stats/contacts/42.csv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address<'a> {
    /// The contact, as it was written.
    pub contact: Option<&'a str>,
    /// How the address ends, without the dot, where it names a file.
    pub ending: Option<&'a str>,
}

impl<'a> Address<'a> {
    /// Reads a path; nothing where there is no such address.
    pub fn read(path: &'a str) -> Option<Self> {
        let (contact, rest) = match path.strip_prefix("/stats/contacts/") {
            Some(rest) => {
                let end = rest.find('.').unwrap_or(rest.len());
                (Some(&rest[..end]), &rest[end..])
            }
            None => (None, path.strip_prefix("/stats")?),
        };
        if contact.is_some_and(|contact| contact.is_empty() || contact.contains('/')) {
            return None;
        }
        let ending = match rest {
            "" => None,
            rest => Some(rest.strip_prefix('.')?),
        };
        Some(Self { contact, ending })
    }
}

/// The place among `offered` media types of the one that a caller likes best by its `Accept` (RFC 9110, section 12.5.1); of several, the first.
/// Nothing where none of them is named: wildcards wish for nothing in particular.
pub fn liked_best(accept: &str, offered: &[&str]) -> Option<usize> {
    let mut best: Option<(f32, usize)> = None;
    for range in accept.split(',') {
        let mut parameters = range.split(';').map(str::trim);
        let media = parameters.next().unwrap_or_default();
        let quality = parameters
            .find_map(|parameter| parameter.strip_prefix("q="))
            .map_or(Some(1.0), |text| text.parse::<f32>().ok())
            .unwrap_or(0.0);
        let place = offered
            .iter()
            .position(|offer| offer.eq_ignore_ascii_case(media));
        if let Some(place) = place
            && quality > best.map_or(0.0, |(quality, _)| quality)
        {
            best = Some((quality, place));
        }
    }
    best.map(|(_, place)| place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_contact_and_a_file() {
        let read = |path| Address::read(path).map(|address| (address.contact, address.ending));
        assert_eq!(read("/stats"), Some((None, None)));
        assert_eq!(read("/stats.csv"), Some((None, Some("csv"))));
        assert_eq!(read("/stats/contacts/42"), Some((Some("42"), None)));
        assert_eq!(
            read("/stats/contacts/42.pdf"),
            Some((Some("42"), Some("pdf")))
        );
        assert_eq!(read("/stats/"), None);
        assert_eq!(read("/stats/contacts/"), None);
        assert_eq!(read("/stats/contacts/1/2"), None);
        assert_eq!(read("/statsx"), None);
        assert_eq!(read("/stats/contact/42"), None);
    }

    #[test]
    fn the_caller_says_what_is_liked_best() {
        let offered = ["application/json", "text/html", "text/csv"];
        let check = |accept, expected| assert_eq!(liked_best(accept, &offered), expected);
        check(
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            Some(1),
        );
        check("*/*", None);
        check("text/html;q=0.5, text/csv", Some(2));
        check("text/csv;q=0, text/html;q=0.1", Some(1));
        check("", None);
    }
}
