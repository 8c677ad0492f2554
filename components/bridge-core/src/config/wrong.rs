//! What can be wrong with a setting.

use odoo_client::server::NoPassword;
use serde::{Serialize, Serializer};

use crate::state::NoSpace;

/// What is wrong with a setting, and what is expected. In English, as the end of a sentence that begins with the setting; in the languages of
/// people the faces say it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// It is needed and not there.
    #[error("is missing: {0}")]
    Missing(Sought),
    /// A number out of its range, or none.
    #[error("must be a whole number from {from} to {to}")]
    Number {
        /// The least.
        from: u64,
        /// The most.
        to: u64,
    },
    /// No text.
    #[error("must be a text")]
    Text,
    /// No list of texts.
    #[error("must be a list of texts")]
    Texts,
    /// No yes or no.
    #[error("must be true or false")]
    Flag,
    /// No id of a record.
    #[error("must be the number of a record in Odoo")]
    Record,
    /// An entry that has no fields.
    #[error("must be an object")]
    Object,
    /// A name that no setting has; with those that there are.
    #[error("is no known setting; known are {0}")]
    Unknown(String),
    /// The text is broken.
    #[error("is no JSON list (line {line}, column {column})")]
    List {
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
    },
    /// The text is broken.
    #[error("is no JSON object of passwords by name (line {line}, column {column})")]
    Passwords {
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
    },
    /// Nothing that a password can be kept as.
    #[error("must be the password as a text, or an object with its `host` and `password`")]
    Kept,
    /// A record in Odoo that leads elsewhere than the password that it names is for.
    #[error(
        "leads to {base}, and the bridge's variable `ucm_passwords` keeps the password `{name}` for another address alone: correct whichever is wrong"
    )]
    Bound {
        /// Where the record leads.
        base: String,
        /// What the password is called.
        name: String,
    },
    /// No address.
    #[error("is no address such as https://example.com")]
    Address,
    /// An address of another kind.
    #[error("must begin with https:// and name a host")]
    Scheme,
    /// An address with somebody's name in it.
    #[error("must not carry a user or password")]
    Credentials,
    /// An address that goes on after the host.
    #[error("must end after the host (and port): no path, no query")]
    Path,
    /// More than a host.
    #[error(
        "must be a name or address alone, such as ucm.example.com: the port goes into `port`, and `https` is true or false"
    )]
    Host,
    /// A pattern that closes all others.
    #[error(
        "`{0}` has no scheme: Spin then lets the bridge reach nobody, not even Odoo; give a pattern such as https://*:8089"
    )]
    Pattern(String),
    /// More than one pattern, which closes all others.
    #[error(
        "`{0}` must be one pattern, such as https://*:8089: Spin reads no list, and then lets the bridge reach nobody, not even Odoo"
    )]
    Patterns(String),
    /// A pattern whose host closes all others.
    #[error(
        "`{0}` has no host that Spin can read, which then lets the bridge reach nobody, not even Odoo: between :// and the port stands a name, an address, a network such as 10.1.0.0/16, * or *.example.com, and no path"
    )]
    PatternHost(String),
    /// A pattern whose port closes all others.
    #[error(
        "`{0}` has no port that Spin can read, which then lets the bridge reach nobody, not even Odoo: behind the host stands a number, a range such as 8000..9000, or *, and no path"
    )]
    PatternPort(String),
    /// A secret that can be guessed.
    #[error("is too short: take 32 characters or more that nobody can guess")]
    Short,
    /// A secret that devices cannot send.
    #[error("must be {from} to {to} of A-Z, a-z, 0-9 and - . _ ~")]
    Secret {
        /// Least characters.
        from: usize,
        /// Most characters.
        to: usize,
    },
    /// A secret that takes the place of none.
    #[error("is set without `push_secret`, which is to take its place")]
    Previous,
    /// Nothing that pushes can come from.
    #[error("must list addresses or networks, such as 203.0.113.7 or 203.0.113.0/24")]
    Sources,
    /// The store does not take this name.
    #[error("{0}")]
    Space(NoSpace),
    /// An id that does not fit into keys and addresses.
    #[error("must be at most 32 of a-z, 0-9, - and _")]
    Id,
    /// An id that is taken.
    #[error("is used by a server further up")]
    Twice,
    /// An id that a server of the variable has.
    #[error("`{0}` is in the variable `ucm_servers` as well, which counts: remove one of the two")]
    InVariable(String),
    /// A host that another server has, by that one's id.
    #[error("is the UCM of the server `{0}` already: its calls would be there twice")]
    Twin(String),
    /// No dialect.
    #[error("must be `action` (HTTPS API), `legacy` (digest, port 8443) or `rest`")]
    Dialect,
    /// No country.
    #[error("is no country: two letters such as FR")]
    Country,
    /// Nothing that is dialled before a number.
    #[error(
        "must be what people dial before a number outside, such as `0` or `9`: at most 4 of 0-9, * and #"
    )]
    OutsideLine,
    /// No form of numbers.
    #[error(
        "must be how the office dials numbers outside: `national` (0199000012), `e164` (+33199000012) or `00` (0033199000012)"
    )]
    DialForm,
    /// Calls are wanted of a UCM that cannot be asked for them.
    #[error("needs the dialect `action`: the others cannot make calls")]
    DialDialect,
    /// Nobody that a phonebook could have.
    #[error(
        "must be whom the phones have in their phonebook: `all`, `companies`, `filter` (those of a filter that is saved in Odoo) or `off`"
    )]
    Phonebook,
    /// No order of a phonebook.
    #[error(
        "must be who comes first: `name` (by name), `recent` (called last) or `often` (called most)"
    )]
    PhonebookOrder,
    /// No time zone.
    #[error("is no IANA time zone such as Europe/Paris")]
    TimeZone,
    /// It is neither polled, nor can it push.
    #[error(
        "is missing, and the server is not polled: no record would ever come. One that is given in Odoo is read by the group \"Grandstream: Bridge\" alone"
    )]
    Mute,
    /// Numbers that nobody has.
    #[error(
        "must be numbers with their country code (`+33142667701`), or how some begin, with a `*` behind it (`+331*`)"
    )]
    Excluded,
    /// Nothing that can become of recordings.
    #[error("must be `link` (links that play them), `attach` (copies in Odoo as well) or `off`")]
    Recordings,
    /// A record in Odoo, whose password is not to be had.
    #[error("{0}")]
    Password(NoPassword),
    /// There is no server at all.
    #[error(
        "no server is configured: add one in Odoo under Grandstream > Configuration > UCM Servers (after POST /setup), or set this variable"
    )]
    NoServer,
}

/// What a setting that is missing would say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Sought {
    /// Where Odoo is.
    #[error("the address of Odoo, such as https://example.odoo.com")]
    Odoo,
    /// Which of its databases.
    #[error("the name of the Odoo database")]
    Database,
    /// As whom.
    #[error("the login of the user that the API key belongs to")]
    Login,
    /// With which key.
    #[error("an API key, made in Odoo under Preferences > Account Security")]
    ApiKey,
    /// What a server is called.
    #[error("a short name that never changes, such as `paris`")]
    Id,
    /// Where a UCM is.
    #[error("the name or address of the UCM, such as ucm.example.com")]
    Host,
    /// What lets the bridge in.
    #[error("the password of the API user")]
    Password,
    /// Where a password is used.
    #[error(
        "the address of the UCM that the password is for, with its port, such as https://ucm.example.com:8089"
    )]
    Origin,
    /// How numbers are read.
    #[error("the two letters of the country whose national numbers the UCM writes, such as FR")]
    Country,
    /// When a call was.
    #[error("records of the `rest` dialect have local times only; set it as Europe/Paris")]
    TimeZone,
    /// Whom a phonebook has.
    #[error("the filter on contacts, saved in Odoo, that says whom the phonebook has")]
    Filter,
    /// Who gets to-dos.
    #[error("the number of the user in Odoo who gets the to-dos that are nobody else's")]
    User,
}

impl Serialize for Wrong {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
