ask = env.context['x_ucm_ask']
orders = env['x_ucm_order'].with_context(x_ucm_ask=None)
person = env['res.users'].browse(ask['user'])
now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
number = (ask['number'] or '').strip()
extensions = env['x_ucm_extension'].search([('x_user_id', '=', person.id)])
if ask.get('extension'):
    extensions = extensions.filtered(lambda extension: extension.x_name == ask['extension'])
dialling = env['x_ucm_server'].search([('x_dial', '=', True), ('x_paused', '=', False)])
dialling = dialling.filtered(lambda server: not server.x_company_id or server.x_company_id in person.company_ids)
if ask.get('server'):
    dialling = dialling.filtered(lambda server: server.x_key == ask['server'])
# The first extension that rings in one place for certain.
phone = False
reason = 'no_server' if extensions else 'no_extension'
for extension in extensions:
    servers = dialling
    if extension.x_server_id or extension.x_server:
        servers = servers.filtered(lambda server: server.x_key == (extension.x_server_id.x_key or extension.x_server))
    else:
        # Where the same number is given to somebody for one server, the phone there is theirs.
        given = env['x_ucm_extension'].search([('x_name', '=', extension.x_name)])
        servers = servers.filtered(lambda server: server.x_key not in given.mapped('x_server_id.x_key') + given.mapped('x_server'))
    if len(servers) > 1:
        servers = servers.filtered(lambda server: server.x_company_id.id == ask.get('company')) or servers
    if len(servers) == 1:
        phone = (extension, servers)
        break
    if servers:
        reason = 'which_server'
if not number:
    action = {'reason': 'no_number'}
elif not phone:
    action = {'reason': reason}
else:
    extension, server = phone
    # Who clicks twice at once is made to wait here, is begun anew by Odoo, and finds the first order.
    env.cr.execute("UPDATE x_ucm_extension SET id = id WHERE id = %s", [extension.id])
    # A wish with a name of its own has an order of its own, so that whoever asks again under that name finds it however late.
    order = orders if ask.get('named') else orders.search([
        ('x_user_id', '=', person.id), ('x_number', '=', number), ('x_state', 'in', ['asked', 'dialling', 'ringing']),
        ('x_asked_at', '>=', now - datetime.timedelta(seconds=10)),
    ], limit=1)
    if not order:
        values = {
            'x_state': 'asked', 'x_asked_at': now.replace(microsecond=0), 'x_extension': extension.x_name,
            'x_server_id': server.id, 'x_company_id': server.x_company_id.id,
        }
        order = orders.browse(ask.get('order'))
        if order:
            order.write(values)
        else:
            values.update({
                'x_name': number, 'x_number': number, 'x_user_id': person.id,
                'x_key': ask.get('key') or '%d/%s' % (person.id, now.strftime('%Y%m%d%H%M%S%f')),
            })
            values.update(ask.get('record') or {})
            order = orders.create(values)
        hint = order.x_hint
        if hint:
            hook = env.ref('ucm_odoo.action_hook_dial')
            if hook.webhook_url != hint.split('?')[0]:
                hook.write({'webhook_url': hint.split('?')[0]})
            # Whether the bridge hears it or not, Odoo only notes.
            hook.with_context(active_model='x_ucm_order', active_id=order.id, active_ids=order.ids).run()
    action = {'order': order.id, 'state': order.x_state}
        
