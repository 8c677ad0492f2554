rings = env['x_ucm_ring'].sudo().with_context(x_ucm_keep=None)
for ring in rings.search([('id', 'in', env.context.get('x_ucm_keep') or []), ('x_call_id', '!=', False)]):
    call = ring.x_call_id.with_context(tracking_disable=True)
    mark = '<p class="o_ucm_ring_%d">' % ring.id
    text = (ring.x_note or '').replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;').replace('\n', '<br>')
    piece = mark + text + '</p>' if text else ''
    notes = str(call.x_notes or '')
    at = notes.rfind(mark)
    if at >= 0 and notes[at:notes.find('</p>', at) + 4] == ring.x_kept:
        notes = notes[:at] + piece + notes[at + len(ring.x_kept):]
    else:
        # What a person has made of it since stays as it is.
        notes += piece
    call.write({'x_notes': notes or False})
    notes = str(call.x_notes or '')
    at = notes.rfind(mark)
    ring.write({'x_kept': notes[at:notes.find('</p>', at) + 4] if at >= 0 else False})
