context = env.context
model_name = context.get('active_model')
sources = env[model_name].with_context(active_test=False).search([('id', 'in', context.get('x_ucm_dial_ids') or [context.get('active_id')])])
offered = env['x_ucm_order']
found = {}
for source in sources:
    if model_name == 'x_ucm_order':
        # One of several, or one once more: where it was dialled from may be gone.
        offered |= source.filtered(lambda order: order.x_state == 'offered')
        found[source.id] = {'number': source.x_number, 'record': {
            'x_res_model': source.x_res_model, 'x_res_id': source.x_res_id, 'x_record_name': source.x_record_name, 'x_partner_id': source.x_partner_id.id,
        }}
        continue
    about, numbers = source, []
    if model_name == 'mail.activity':
        numbers = [source.x_ucm_number] if source.x_ucm_number else []
        if source.res_model and env['ir.model.access'].check(source.res_model, 'read', False):
            about = env[source.res_model].with_context(active_test=False).search([('id', '=', source.res_id)]) or source
    contact = about if about._name == 'res.partner' else env['res.partner']
    for name in ('x_partner_id', 'partner_id'):
        if name in about._fields and about._fields[name].comodel_name == 'res.partner':
            contact = contact or about[name]
    if context.get('x_ucm_number'):
        numbers = [context['x_ucm_number']]
    if not numbers and about._name == 'x_ucm_call':
        own = env['x_ucm_extension'].search([('x_user_id', '=', env.uid)]).mapped('x_name')
        sides = {'inbound': [about.x_caller_number], 'outbound': [about.x_called_number]}
        sides = sides.get(about.x_direction) or [about.x_caller_number, about.x_called_number]
        numbers = [about.x_number] if about.x_number else [side for side in sides if side and side not in own]
    elif not numbers:
        numbers = [record[name] for record in (about, contact) for name in ('phone', 'mobile') if name in record._fields and record[name]]
    for number in numbers:
        digits = ''.join(sign for sign in about._phone_format(number=number) or number if sign in '+*#0123456789')
        found.setdefault((about._name, about.id, digits or number), {
            'number': number, 'record': {
                'x_res_model': about._name, 'x_res_id': about.id, 'x_record_name': about.display_name, 'x_partner_id': contact.id,
            },
        })
if context.get('x_ucm_number') and not found:
    # A record that is not saved yet.
    found[False] = {'number': context['x_ucm_number']}
found = list(found.values())
choice = env['x_ucm_order'].sudo().with_context(x_ucm_number=None)
members = [source.x_res_id for source in sources if model_name == 'x_ucm_order' and source.x_res_model == 'x_ucm_member']
if members and 'x_ucm_member' in env:
    # Once more in a campaign: it looks at its rules before each of its calls.
    again = env.ref('ucm_odoo_campaigns.action_campaign_call').with_context(active_model='x_ucm_member', active_id=members[0], active_ids=members[:1])
    action = again.run()
elif len(found) > 1:
    moment = datetime.datetime.now(datetime.timezone.utc).strftime('%Y%m%d%H%M%S%f')
    for at, call in enumerate(found):
        values = {'x_name': call['number'], 'x_number': call['number'], 'x_user_id': env.uid, 'x_state': 'offered', 'x_key': '%d/%s/%d' % (env.uid, moment, at)}
        values.update(call['record'])
        choice |= choice.create(values)
    action = {
        'type': 'ir.actions.act_window', 'res_model': 'x_ucm_order', 'view_mode': 'list', 'target': 'new', 'domain': [('id', 'in', choice.ids)],
        'views': [(env.ref('ucm_odoo.view_x_ucm_order_choice').id, 'list')], 'name': env['ir.model.fields']._get('x_ucm_order', 'x_hint').help,
    }
else:
    ask = {'user': env.uid, 'company': env.company.id, 'order': offered.id, 'number': False}
    ask.update(found[0] if found else {})
    answer = env.ref('ucm_odoo.action_order_ask').with_user(1).with_context(x_ucm_ask=ask).run()
    if 'reason' in answer:
        reasons = env['ir.model.fields']._get('x_ucm_order', 'x_reason').selection_ids
        message = reasons.filtered(lambda reason: reason.value == answer['reason']).name
    else:
        message = env['ir.model.fields']._get('x_ucm_order', 'x_key').help
        # The others that were to choose from are of no use any more.
        moment = offered.x_key and offered.x_key.rpartition('/')[0] + '/'
        choice.search([('x_state', '=', 'offered'), ('x_user_id', '=', env.uid), ('x_key', '=like', moment + '%')] if moment else [(0, '=', 1)]).unlink()
    action = {'type': 'ir.actions.client', 'tag': 'display_notification', 'params': {
        'title': ask['number'] or False, 'message': message, 'type': 'warning' if 'reason' in answer else 'success', 'sticky': 'reason' in answer,
    }}
    if model_name == 'x_ucm_order':
        action['params']['next'] = {'type': 'ir.actions.act_window_close'}
        
