//! What is said, in each of the reader's languages: one form for all of it.

mod sentences;

use bridge_core::config::Fault;
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
        sentences::translated(self, english)
    }

    fn fault(self, Fault { setting, problem }: &Fault) -> (String, String) {
        (self.sentence(setting), self.sentence(&problem.to_string()))
    }
}
