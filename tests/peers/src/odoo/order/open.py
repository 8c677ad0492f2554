order = env[env.context['active_model']].search([('id', '=', env.context['active_id'])]).sudo()
if order._name == 'x_ucm_call':
    order = order.x_order_id
if order.x_res_model:
    action = {'type': 'ir.actions.act_window', 'res_model': order.x_res_model, 'res_id': order.x_res_id, 'view_mode': 'form', 'views': [(False, 'form')]}
        
