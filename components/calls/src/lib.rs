//! What a call is, and whose number it has: facts and the rules about them.
//!
//! Values come in, values go out. No peer, no store, no settings and no clock is known here, so every rule can be tried by itself.
//!
//! In the order in which a call meets them: [`cdr`] makes legs of records and calls of legs, [`phone`] reads numbers, [`contacts`] says whose
//! they are, [`followup`] what a call asks for, and [`stats`] what many calls come to. [`order`] is the other way round: a call that is to be made,
//! and [`campaign`] many of them. [`ring`] is what a telephone says while it rings, and [`phonebook`] what it is told of contacts.
//! [`language`] is that of whoever reads about them.

pub mod cdr;

pub mod phone;

pub mod contacts;

pub mod followup;

pub mod stats;

pub mod order;

pub mod campaign;

pub mod ring;

pub mod phonebook;

pub mod language;
