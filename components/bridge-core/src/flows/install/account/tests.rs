use super::*;

/// What 17 says of a record that names what is not there.
const RECORD: &str = r#"Traceback (most recent call last):
  File "/opt/odoo/tools/cache.py", line 99, in lookup
    r = d[key]
KeyError: ('ir.model.data', <function IrModelData._xmlid_lookup>, 'ucm_odoo.nope')

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/opt/odoo/tools/convert.py", line 562, in _tag_root
    f(rec)
ValueError: External ID not found in the system: ucm_odoo.nope

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/opt/odoo/addons/base_import_module/models/ir_module.py", line 238, in _import_zipfile
    self.sudo()._import_module(mod_name, path)
odoo.tools.convert.ParseError: while parsing /tmp/tmp58f5a123/ucm_odoo/data/keys.xml:3, somewhere inside
<record id="a" model="res.partner">
    <field name="parent_id" ref="nope"/>
</record>

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/opt/odoo/http.py", line 1764, in _serve_db
    return service_model.retrying(self._serve_ir_http, self.env)
odoo.exceptions.UserError: Erreur lors de l'importation du module 'ucm_odoo'.

 while parsing /tmp/tmp58f5a123/ucm_odoo/data/keys.xml:3, somewhere inside
<record id="a" model="res.partner">
    <field name="parent_id" ref="nope"/>
</record>
"#;

/// What all three say of a view, in the user's language.
const REFUSED_VIEW: &str = r#"Traceback (most recent call last):
  File "/opt/odoo/tools/convert.py", line 616, in _tag_root
    raise ParseError(msg) from None  # Restart with "--log-handler odoo.tools.convert:DEBUG" for complete traceback
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
odoo.tools.convert.ParseError: while parsing /tmp/tmpa_65e3c1/ucm_odoo/views/x_ucm_call_views.xml:12
Erreur lors du parsing ou de la validation de la vue :

L'élément '<field name="x_candidate_ids">' ne peut être localisé dans la vue parente

View error context:
{'file': '/tmp/tmpa_65e3c1/ucm_odoo/views/x_ucm_call_views.xml',
 'line': 1,
 'name': 'x_ucm_call.form',
 'view': ir.ui.view(652,),
 'xmlid': 'view_x_ucm_call_form'}


The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/opt/odoo/addons/base_import_module/models/ir_module.py", line 384, in _import_zipfile
    self.sudo()._import_module(mod_name, path)
odoo.exceptions.UserError: Erreur lors de l'importation du module 'ucm_odoo'.
"#;

/// What happens where another thread has asked for a model that is being made, on a server in any language.
const DISTURBED: &str = r#"Traceback (most recent call last):
  File "/opt/odoo/sql_db.py", line 332, in execute
    res = self._obj.execute(query, params)
psycopg2.errors.NotNullViolation: null value in column "model_id" of relation "ir_model_fields" violates not-null constraint
DETAIL:  Failing row contains (4197, null, secret).


The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/opt/odoo/tools/convert.py", line 618, in _tag_root
    raise ParseError('while parsing %s:%s, somewhere inside')
odoo.tools.convert.ParseError: while parsing /tmp/tmp1/ucm_odoo/data/x_ucm_call.xml:35, somewhere inside
<record id="b" model="ir.model.fields"/>

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/opt/odoo/http.py", line 1764, in _serve_db
odoo.exceptions.UserError: Error while importing module 'ucm_odoo'.
"#;

#[test]
fn the_cause_is_told_with_its_place() {
    let account = read(RECORD);
    assert_eq!(
        account.reason,
        "data/keys.xml:3: ValueError: External ID not found in the system: ucm_odoo.nope"
    );
    assert_eq!(account.kind, Kind::Other);
}

#[test]
fn of_a_view_its_name_is_told_and_what_is_wrong_with_it() {
    let account = read(REFUSED_VIEW);
    assert_eq!(
        account.reason,
        "views/x_ucm_call_views.xml:12: Erreur lors du parsing ou de la validation de la vue : L'élément '<field name=\"x_candidate_ids\">' \
         ne peut être localisé dans la vue parente (view view_x_ucm_call_form)"
    );
    assert_eq!(account.kind, Kind::View);
}

#[test]
fn what_another_thread_did_is_known_as_such_and_quotes_no_row() {
    let account = read(DISTURBED);
    assert_eq!(account.kind, Kind::Disturbed);
    assert!(
        account
            .reason
            .starts_with("data/x_ucm_call.xml:35: NotNullViolation: null value in column")
    );
    assert!(!account.reason.contains("secret"), "{}", account.reason);
    // The code of a server action hides what PostgreSQL said in a text of its own.
    let inside = "Traceback (most recent call last):\n  File \"x\"\nValueError: DeadlockDetected('deadlock detected\\nDETAIL:  Process 1 \
                  waits for secret.\\n') while evaluating\n'env.flush_all()'\n";
    let account = read(inside);
    assert_eq!(account.kind, Kind::Disturbed);
    assert!(!account.reason.contains("secret"), "{}", account.reason);
}

#[test]
fn what_is_no_account_is_still_told() {
    let text = "Traceback (most recent call last):\n  File \"x.py\", line 1\nlxml.etree.XMLSyntaxError: no end of start tag, line 1\n";
    assert_eq!(
        read(text).reason,
        "XMLSyntaxError: no end of start tag, line 1"
    );
    assert_eq!(
        read("Only administrators can install data modules.").reason,
        "Only administrators can install data modules."
    );
    assert_eq!(read("").reason, "Odoo gives no reason");
}

#[test]
fn what_the_importer_did_not_wrap_came_from_elsewhere() {
    let aborted = DISTURBED.replace(
        "odoo.exceptions.UserError: Error while importing module 'ucm_odoo'.",
        "psycopg2.errors.InFailedSqlTransaction: current transaction is aborted, commands ignored until end of transaction block",
    );
    assert_eq!(read(&aborted), read(DISTURBED));
    let elsewhere = "Traceback (most recent call last):\n  File \"/opt/odoo/http.py\", line 1\nKeyError: 'res.partner.display_name'\n";
    assert_eq!(read(elsewhere).kind, Kind::Disturbed);
}
