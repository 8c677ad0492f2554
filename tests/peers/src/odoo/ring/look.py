answers = []
for question in env.context.get('x_ucm_questions') or []:
    domain = question['domain']
    if question.get('named'):
        # What the answer before names is looked for as well.
        domain = ['|', ('id', 'in', [row[question['named']][0] for row in answers[-1] if row[question['named']]])] + domain
    asked = env[question['model']].with_context(x_ucm_questions=None, active_test=question['active_test'])
    answers.append(asked.search_read(domain, question['fields'], order=question['order'] or None, limit=question['limit'] or None))
action = {'answers': answers}
