//! Where statistics are asked for, and in which form.

/// What an address of the statistics names: `/stats`, `/stats.csv`, `/stats/contacts/42.csv`, `/stats/campaigns/7/members/9`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address<'a> {
    /// Whose they are.
    pub subject: Subject<'a>,
    /// How the address ends, without the dot, where it names a file.
    pub ending: Option<&'a str>,
}

/// Whose statistics are asked for; ids as they were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'a> {
    /// Those of all calls.
    Calls,
    /// Those of one contact.
    Contact(&'a str),
    /// The campaigns that there are.
    Campaigns,
    /// One campaign.
    Campaign(&'a str),
    /// What is on record of the number of one member of a campaign.
    Member(&'a str, &'a str),
}

impl<'a> Address<'a> {
    /// Reads a path; nothing where there is no such address.
    pub fn read(path: &'a str) -> Option<Self> {
        let rest = path.strip_prefix("/stats")?;
        let (path, ending) = match rest.find('.') {
            Some(dot) => (&rest[..dot], Some(&rest[dot + 1..])),
            None => (rest, None),
        };
        let names: Vec<&str> = path.split('/').collect();
        let subject = match names[..] {
            [""] => Subject::Calls,
            ["", "contacts", contact] => Subject::Contact(contact),
            ["", "campaigns"] => Subject::Campaigns,
            ["", "campaigns", campaign] => Subject::Campaign(campaign),
            ["", "campaigns", campaign, "members", member] => Subject::Member(campaign, member),
            _ => return None,
        };
        let is_named = names.iter().skip(1).all(|name| !name.is_empty());
        is_named.then_some(Self { subject, ending })
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
    fn an_address_names_a_subject_and_a_file() {
        let read = |path| Address::read(path).map(|address| (address.subject, address.ending));
        assert_eq!(read("/stats"), Some((Subject::Calls, None)));
        assert_eq!(read("/stats.csv"), Some((Subject::Calls, Some("csv"))));
        let contact = Subject::Contact("42");
        assert_eq!(read("/stats/contacts/42"), Some((contact, None)));
        assert_eq!(read("/stats/contacts/42.pdf"), Some((contact, Some("pdf"))));
        assert_eq!(read("/stats/campaigns"), Some((Subject::Campaigns, None)));
        let campaign = Subject::Campaign("7");
        assert_eq!(
            read("/stats/campaigns/7.xlsx"),
            Some((campaign, Some("xlsx")))
        );
        let member = Subject::Member("7", "9");
        assert_eq!(read("/stats/campaigns/7/members/9"), Some((member, None)));
        for path in [
            "/stats/",
            "/stats/contacts",
            "/stats/contacts/",
            "/stats/contacts/1/2",
            "/stats/contacts/.csv",
            "/statsx",
            "/statsx/contacts/42",
            "/stats/contact/42",
            "/stats/campaigns/",
            "/stats/campaigns/7/",
            "/stats/campaigns/7/members",
            "/stats/campaigns/7/agents/9",
            "/stats/campaigns/7/members/9/10",
        ] {
            assert_eq!(read(path), None, "{path}");
        }
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
