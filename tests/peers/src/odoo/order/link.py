overtaken = []
orders = env['x_ucm_order'].sudo().with_context(x_ucm_links=None, tracking_disable=True)
calls = env['x_ucm_call'].sudo().with_context(x_ucm_links=None, tracking_disable=True)
for link in env.context.get('x_ucm_links') or []:
    order = orders.search([('id', '=', link['order']), ('x_call_id', '=', link['was']), ('x_linked_by_person', '=', False)])
    call = calls.search([('id', '=', link['call'])])
    if not order or call.x_order_id.x_linked_by_person or link['call'] and not call:
        overtaken.append(link['order'])
        continue
    order.x_call_id.write({'x_order_id': False})
    call.write({'x_order_id': order.id})
    order.write({'x_call_id': call.id, 'x_state': 'done' if call else 'ringing', 'x_reason': False})
action = {'overtaken': overtaken}
        
