now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0, tzinfo=None)
reader, found = self.env.user, {}
if reader.has_group('ucm_odoo.group_presence') and not reader.has_group('ucm_odoo.group_ucm_odoo_own_calls'):
    for ring in self.env['x_ucm_ring'].sudo().search([
        ('x_presence', '=', True), ('x_extension', 'in', self.mapped('x_name')),
        ('x_started_at', '>', now - datetime.timedelta(days=1)), '|', ('x_company_id', '=', False), ('x_company_id', 'in', self.env.companies.ids),
    ]):
        # The newest comes first: whatever is heard of a phone since then says that it is not silent.
        at = ring.x_answered_at or ring.x_started_at
        is_on = ring.x_state in ('dialling', 'answered') and not ring.x_call_id
        is_silent = is_on and at <= now - datetime.timedelta(minutes=60 if ring.x_answered_at else 3)
        for user in ring.x_user_ids:
            found.setdefault((ring.x_extension, user.id), is_silent and at)
for extension in self:
    extension['x_phone_heard_at'] = found.get((extension.x_name, extension.x_user_id.id), False)
