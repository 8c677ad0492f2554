said = env.context.get('x_ucm_ring') or {}
rings = env['x_ucm_ring'].sudo().with_context(x_ucm_ring=None)
now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0, tzinfo=None)
event, server = said['event'], said['server']
key = '%s/%s/%s' % (server, said['call'], said['extension'])
ring = rings.search([('x_key', '=', key)])
if not ring:
    owners = {}
    for extension in env['x_ucm_extension'].sudo().search([('x_name', '=', said['extension'])]):
        place = extension.x_server_id.x_key or extension.x_server or ''
        owners[place] = owners.get(place, env['res.users'].sudo()) | extension.x_user_id
    users = (owners.get(server) or owners.get('') or env['res.users']).filtered(lambda user: user.active and not user.share)
    ring = rings.create({
        'x_name': said['caller'] or said['extension'], 'x_key': key, 'x_server': server, 'x_extension': said['extension'], 'x_mac': said['mac'],
        'x_caller': said['caller'], 'x_number': said['number'], 'x_user_ids': [(6, 0, users.ids)], 'x_started_at': now,
        'x_state': 'dialling' if said.get('own') else 'ringing', 'x_own': said.get('own'), 'x_company_id': said.get('company'),
    })
# A phone says the same twice, and one thing before another: what is known of it only moves on.
values = {}
is_new = event == 'incoming' and not ring.x_match
if is_new:
    values.update({
        'x_match': said['match'], 'x_partner_id': said['partner'], 'x_candidate_ids': [(6, 0, said['candidates'])], 'x_caller_name': said['name'],
    })
if event == 'answered' and not ring.x_answered_at:
    values['x_answered_at'] = now
if event == 'answered' and ring.x_state in ('ringing', 'dialling'):
    values['x_state'] = 'answered'
if event == 'terminated' and ring.x_state in ('ringing', 'dialling', 'answered') or event == 'missed' and ring.x_state == 'dialling':
    values['x_state'] = 'ended'
if event == 'missed' and ring.x_state in ('ringing', 'ended') and not ring.x_answered_at:
    values['x_state'] = 'missed'
if 'x_state' in values and not ring.x_stopped_at:
    values['x_stopped_at'] = now
if values:
    ring.write(values)
# Whether colleagues may see it, as the setting of the server is now; that is no news of the call.
shown = {'x_presence': bool(said.get('presence')), 'x_own': bool(ring.x_own or said.get('own'))}
if shown != {'x_presence': ring.x_presence, 'x_own': ring.x_own}:
    ring.write(shown)
# Phones that ring for one caller at once, or one right after another, ring for one call; what rings once somebody has taken it does not.
longest, pause = datetime.timedelta(minutes=5), datetime.timedelta(seconds=3)
near = rings.search([
    ('x_server', '=', server), ('x_caller', '=', ring.x_caller), ('x_started_at', '>=', ring.x_started_at - 3 * longest), ('x_own', '=', False),
], order='x_started_at, id')
group, until, taken = rings.browse(), False, False
for other in near:
    if group and other.x_started_at > (taken or until):
        if ring in group:
            break
        group, until, taken = rings.browse(), False, False
    end = pause + (other.x_stopped_at or min(now, other.x_started_at + longest))
    group, until = group | other, max(until or end, end)
    taken = min(taken or other.x_answered_at, other.x_answered_at) if other.x_answered_at else taken
# Of several callers who are withheld nobody can say whether they are one; and nobody calls where the phone itself does.
is_one = ring in group and (bool(ring.x_caller) or len(group) == 1)
group = group if is_one else ring
ringing = group.filtered(lambda other: other.x_state == 'ringing' and other.x_started_at > now - longest)
answered = group.filtered(lambda other: other.x_answered_at)
missed = group.filtered(lambda other: other.x_state == 'missed' and is_one)
outcome = 'answered' if answered else 'ringing' if ringing else 'missed' if missed else 'ended'
by = answered[:1]
said_by = ', '.join(by.x_user_ids.mapped('name')) or by.x_extension
# What is said again while others still ring is no news, and must not come after what their end has meant for all.
told = group if event == 'answered' or not ringing else ring | (group - ringing) if is_new else ring if values else rings.browse()
for other in told.filtered(lambda other: other.x_match):
    for user in other.x_user_ids:
        if not said['notice']:
            env['bus.bus']._sendone(user.partner_id, 'ucm_odoo.ring', {
                'ring': other.id, 'state': other.x_state, 'outcome': outcome, 'by': said_by, 'mine': bool(other.x_answered_at),
                'card': env.ref('ucm_odoo.action_ring_card').id,
            })
        elif is_new and other == ring and ring.x_state == 'ringing':
            contacts = env['res.partner'].with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
            contact = contacts.search([('id', 'in', ring.x_partner_id.ids)])
            field = env['ir.model.fields'].with_context(lang=user.lang)._get('x_ucm_ring', 'x_match')
            match = field.selection_ids.filtered(lambda line: line.value == ring.x_match).name
            place = '%s/web#model=%s&id=%d&view_type=form' % (
                env['ir.config_parameter'].sudo().get_param('web.base.url'), 'res.partner' if contact else 'x_ucm_ring', contact.id or ring.id)
            env['bus.bus']._sendone(user.partner_id, 'simple_notification', {
                'title': contact.display_name or ring.x_caller_name or ring.x_caller or match,
                'message': ' \u00b7 '.join([text for text in (ring.x_caller, place) if text]), 'type': 'info', 'sticky': True,
            })
action = {'ring': ring.id, 'is_new': is_new, 'others_ring': bool(ringing - ring), 'outcome': outcome}
