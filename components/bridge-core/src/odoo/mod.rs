//! What Odoo speaks.
