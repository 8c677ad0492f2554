wish = env.context.get('x_ucm_order') or {}
orders = env['x_ucm_order'].sudo().with_context(x_ucm_order=None)
order = orders.search([('x_key', '=', wish['key'])])
person = env['res.users'].sudo().search([('login', '=', wish['login']), ('share', '=', False)])
if order:
    action = {'order': order.id, 'state': order.x_state}
elif not person or not person.has_group('ucm_odoo.group_dial'):
    action = {'reason': 'no_user'}
else:
    ask = {'user': person.id, 'company': person.company_id.id}
    ask.update(wish)
    action = env.ref('ucm_odoo.action_order_ask').with_user(1).with_context(x_ucm_ask=ask).run()
        
