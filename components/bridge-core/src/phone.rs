//! Phone numbers: what a UCM writes, read as E.164 in a country, or said to be something else.
