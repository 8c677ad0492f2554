overtaken = []
now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0, tzinfo=None)
orders = env['x_ucm_order'].sudo().with_context(x_ucm_told=None)
for told in env.context.get('x_ucm_told') or []:
    order = orders.search([('id', '=', told['order']), ('x_state', '=', 'dialling'), ('x_claim', '=', told['claim'])])
    if not order:
        overtaken.append(told['order'])
        continue
    order.write({
        'x_state': told['state'], 'x_reason': told.get('reason'), 'x_code': told.get('code'), 'x_dialled': told.get('dialled'),
        'x_e164': told.get('e164'), 'x_dialled_at': now if told['state'] == 'ringing' else False,
    })
    if told.get('title'):
        env['bus.bus']._sendone(order.x_user_id.partner_id, 'simple_notification', {
            'title': told['title'], 'message': told['message'], 'type': told['type'], 'sticky': told['type'] != 'success',
        })
action = {'overtaken': overtaken}
        
