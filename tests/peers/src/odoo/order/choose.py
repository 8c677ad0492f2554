order = env['x_ucm_order'].search([('id', '=', env.context.get('x_ucm_order_id'))])
call = env['x_ucm_call'].search([('id', '=', env.context.get('active_id'))])
if call in order.x_candidate_ids:
    call.sudo().with_context(tracking_disable=True).write({'x_order_id': order.id})
    order.sudo().write({'x_call_id': call.id, 'x_state': 'done', 'x_reason': False, 'x_linked_by_person': True})
        
