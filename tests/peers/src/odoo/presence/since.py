now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0, tzinfo=None)
reader, found = self.env.user, {}
if reader.has_group('ucm_odoo.group_presence') and not reader.has_group('ucm_odoo.group_ucm_odoo_own_calls'):
    for ring in self.env['x_ucm_ring'].sudo().search([
        ('x_presence', '=', True), ('x_state', 'in', ['dialling', 'answered']), ('x_call_id', '=', False), ('x_extension', 'in', self.mapped('x_name')),
        ('x_started_at', '>', now - datetime.timedelta(days=1)), '|', ('x_company_id', '=', False), ('x_company_id', 'in', self.env.companies.ids),
    ]):
        # A call that nobody has taken rings for some minutes; of one that goes on nothing is heard, until it is over.
        at = ring.x_answered_at or ring.x_started_at
        if at > now - datetime.timedelta(minutes=60 if ring.x_answered_at else 3):
            for user in ring.x_user_ids:
                place = (ring.x_extension, user.id)
                found[place] = min(found.get(place, at), at)
for extension in self:
    extension['x_on_phone_since'] = found.get((extension.x_name, extension.x_user_id.id), False)
