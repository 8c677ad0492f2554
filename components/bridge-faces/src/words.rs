//! What is said, in each of the reader's languages: one form for all of it.

mod labels;
mod sentences;

pub(crate) use labels::label;
pub(crate) use sentences::translated;

use bridge_core::config::Fault;
use bridge_core::flows::roster;
use calls::language::Language;

/// Something that can be said in every language.
pub trait Words: Copy {
    /// In English, French, Spanish and German.
    fn texts(self) -> [&'static str; 4];
}

impl Words for [&'static str; 4] {
    fn texts(self) -> [&'static str; 4] {
        self
    }
}

/// A language in which something is said.
pub trait Say {
    /// The words in this language.
    fn say(self, words: impl Words) -> &'static str;

    /// A sentence that was made where something was met, in this language.
    fn sentence(self, english: &str) -> String;

    /// Where something is wrong in the settings, and what, in this language.
    fn fault(self, fault: &Fault) -> (String, String);
}

impl Say for Language {
    fn say(self, words: impl Words) -> &'static str {
        self.choose(words.texts())
    }

    fn sentence(self, english: &str) -> String {
        translated(self, english)
    }

    fn fault(self, Fault { setting, problem }: &Fault) -> (String, String) {
        let place = match setting
            .strip_prefix(roster::PATH)
            .and_then(|at| at.rsplit_once('.'))
        {
            Some((server, setting)) => {
                format!(
                    "{} > {server} > {}",
                    self.say(SERVERS),
                    label(self, setting)
                )
            }
            None => setting.clone(),
        };
        (place, self.sentence(&problem.to_string()))
    }
}

/// The menu in Odoo whose servers' settings are wrong.
const SERVERS: [&str; 4] = [
    "UCM Servers",
    "Serveurs UCM",
    "Servidores UCM",
    "UCM-Server",
];
