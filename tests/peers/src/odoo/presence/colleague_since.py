people, found = self.env['x_ucm_extension'], {}
if self.env.user._is_internal():
    for extension in people.search([('x_user_id.partner_id', 'in', self._origin.ids)]):
        # Of several people at one extension nobody knows who speaks.
        others = people.search_count([
            ('x_name', '=', extension.x_name), ('x_server_id', '=', extension.x_server_id.id), ('x_user_id', '!=', extension.x_user_id.id),
        ])
        at, person = extension.x_on_phone_since, extension.x_user_id.partner_id.id
        if at and not others:
            found[person] = min(found.get(person, at), at)
for partner in self:
    partner['x_ucm_on_phone_since'] = found.get(partner._origin.id, False)
