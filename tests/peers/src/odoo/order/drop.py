order = env['x_ucm_order'].search([('id', '=', env.context.get('active_id'))])
order.sudo().x_call_id.with_context(tracking_disable=True).write({'x_order_id': False})
order.sudo().write({'x_call_id': False, 'x_state': 'ringing', 'x_linked_by_person': True})
        
