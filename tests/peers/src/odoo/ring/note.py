asked = env.context.get('x_ucm_ring') or {}
ring = env['x_ucm_ring'].with_context(x_ucm_ring=None).search([('id', '=', asked.get('ring')), ('x_user_ids', 'in', [env.uid])]).sudo()
note = (asked.get('note') or '')[:10000].strip()
if ring and (ring.x_note or '') not in (note, asked.get('was') or ''):
    # Somebody else at the same phone has written meanwhile.
    note = ring.x_note + '\n' + note
if ring and (ring.x_note or '') != note:
    ring.write({'x_note': note or False})
    env.ref('ucm_odoo.action_ring_keep').with_user(1).with_context(x_ucm_ring=None, x_ucm_keep=ring.ids).run()
action = {'note': note, 'is_kept': bool(ring)}
