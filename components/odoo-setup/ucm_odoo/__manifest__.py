{
    "name": "Grandstream UCM",
    "summary": "Phone calls of Grandstream UCM phone systems, on the contacts they were made with",
    "version": "19.0.1.0.0",
    "category": "Productivity/Phone",
    "author": "ucm-odoo",
    "license": "LGPL-3",
    "application": True,
    "depends": ["contacts", "phone_validation"],
    "data": [
        "data/x_ucm_call.xml",
        "data/res_partner.xml",
        "data/keys.xml",
        "data/content.xml",
        "security/ir.model.access.csv",
        "views/x_ucm_call_views.xml",
        "views/ucm_odoo_menus.xml",
    ],
}
