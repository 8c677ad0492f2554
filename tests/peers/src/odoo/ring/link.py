asked = env.context.get('x_ucm_ring') or {}
rings = env['x_ucm_ring'].sudo().with_context(x_ucm_ring=None)
now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0, tzinfo=None)
yesterday = now - datetime.timedelta(days=1)
overtaken = []
for link in asked.get('links') or []:
    ring = rings.search([('id', '=', link['ring']), ('x_call_id', '=', False)])
    call = env['x_ucm_call'].sudo().search([('id', '=', link['call'])])
    if not ring or not call:
        overtaken.append(link['ring'])
        continue
    ring.write({'x_call_id': call.id})
    if ring.x_note:
        env.ref('ucm_odoo.action_ring_keep').with_user(1).with_context(x_ucm_ring=None, x_ucm_keep=ring.ids).run()
# What nobody needs any more; a note without its call waits for a person.
rings.search([('x_started_at', '<', yesterday), '|', ('x_note', '=', False), ('x_call_id', '!=', False)]).unlink()
waiting = rings.search([
    ('x_server', '=', asked['server']), ('x_call_id', '=', False), ('x_match', '!=', False), ('x_caller', '!=', False), ('x_started_at', '>=', yesterday),
], order='id')
action = {'overtaken': overtaken, 'waiting': [{
    'id': ring.id, 'extension': ring.x_extension, 'caller': ring.x_caller, 'started_at': str(ring.x_started_at),
} for ring in waiting]}
