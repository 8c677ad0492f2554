action = env.ref('ucm_odoo.action_dial').with_context(x_ucm_dial_ids=env.context.get('active_ids')).run()
        
