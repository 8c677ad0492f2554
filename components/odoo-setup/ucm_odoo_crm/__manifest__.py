{
    "name": "Grandstream UCM: CRM",
    "summary": "Phone calls on leads and opportunities",
    "version": "19.0.1.2.0",
    "category": "Productivity/Phone",
    "author": "ucm-odoo",
    "license": "LGPL-3",
    "depends": ["ucm_odoo", "crm"],
    "data": [
        "data/first/crm_lead.xml",
        "data/crm_lead.xml",
        "data/content.xml",
        "views/crm_lead_views.xml",
        "views/x_ucm_call_views.xml",
        "views/x_ucm_server_views.xml",
    ],
}
