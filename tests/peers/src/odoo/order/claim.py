claim = env.context.get('x_ucm_claim') or {}
orders = env['x_ucm_order'].sudo().with_context(x_ucm_claim=None)
now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0, tzinfo=None)
late, yesterday = now - datetime.timedelta(seconds=120), now - datetime.timedelta(hours=24)
def told(found):
    return [{
        'id': order.id, 'key': order.x_key, 'user': order.x_user_id.id, 'lang': order.x_user_id.lang, 'server': order.x_server_id.x_key,
        'extension': order.x_extension, 'number': order.x_number, 'model': order.x_res_model, 'record': order.x_res_id,
        'company': order.x_company_id.id, 'reason': order.x_reason,
    } for order in found]
orders.search([('x_state', '=', 'offered'), ('create_date', '<', now - datetime.timedelta(hours=1))]).unlink()
expired = orders.search([('x_state', '=', 'asked'), ('x_asked_at', '<', late)])
expired.write({'x_state': 'expired', 'x_reason': 'expired'})
# Nothing waits for ever: no record has come in a whole day, whether it was known to be dialled or not.
lost = orders.search([
    ('x_call_id', '=', False), ('x_asked_at', '<', yesterday), '|', ('x_state', '=', 'ringing'), '&', ('x_state', '=', 'unknown'), ('x_reason', '=', 'uncertain'),
])
lost.write({'x_state': 'unknown', 'x_reason': 'no_record'})
uncertain = orders.search([('x_state', '=', 'dialling'), ('x_claimed_at', '<', late)])
uncertain.write({'x_state': 'unknown', 'x_reason': 'uncertain'})
ours = [('x_server_id.x_key', 'in', claim.get('servers') or [])]
asked = ours + [('x_state', '=', 'asked')]
if claim.get('order'):
    asked.append(('id', '=', claim['order']))
claimed = orders.search(asked, order='id', limit=claim.get('limit') or None)
claimed.write({'x_state': 'dialling', 'x_claim': claim.get('claim'), 'x_claimed_at': now})
open_ones = orders.search(ours + [
    ('x_asked_at', '>=', yesterday), ('x_linked_by_person', '=', False), '|',
    '&', ('x_state', 'in', ['dialling', 'ringing', 'unknown']), ('x_call_id', '=', False), '&', ('x_state', '=', 'done'), ('x_call_id', '!=', False),
], order='id')
at_work = [('x_state', '!=', 'done')]
if 'x_ucm_campaign' in env and 'x_done_at' in env['x_ucm_campaign']._fields:
    # The record of a call may come after its campaign was finished.
    at_work = ['|', ('x_state', '!=', 'done'), ('x_done_at', '>=', now - datetime.timedelta(days=8))]
action = {
    'claimed': told(claimed), 'expired': told(expired), 'unknown': told(uncertain | lost),
    'open': [{
        'id': order.id, 'server': order.x_server_id.x_key, 'extension': order.x_extension, 'number': order.x_number, 'e164': order.x_e164,
        'dialled': order.x_dialled, 'asked_at': str(order.x_asked_at), 'state': order.x_state, 'call': order.x_call_id.id,
    } for order in open_ones],
    'missing': bool(claim.get('order')) and not orders.search([('id', '=', claim['order'])]),
    'campaigns': 'x_ucm_campaign' in env and bool(env['x_ucm_campaign'].sudo().search(at_work, limit=1)),
}
        
