# Fills a migrated, empty Redmine with one project, one tracker with a narrow workflow, accounts with API keys and
# custom fields, and no issue. Words come from the JSON file named by CASEHUB_SEED; the ids go to CASEHUB_SEED_IDS.
# Run by `rails runner` of the instance that is filled.
require 'json'

WORDS = JSON.parse(File.read(ENV.fetch('CASEHUB_SEED')))

Redmine::DefaultData::Loader.load(WORDS['language'])

{ rest_api_enabled: '1', login_required: '1', notified_events: [], default_language: WORDS['language'],
  text_formatting: WORDS['markup'], host_name: '127.0.0.1', default_projects_public: '0' }.each do |name, value|
  Setting[name] = value
end

def give_key(user, value)
  token = Token.find_or_create_by!(user_id: user.id, action: 'api')
  token.update_columns(value: value)
end

def account(words)
  user = User.new(firstname: words['first'], lastname: words['last'], mail: "#{words['login']}@example.com",
                  language: WORDS['language'])
  user.login = words['login']
  user.password = user.password_confirmation = words['password']
  user.save!
  user.pref.update!(time_zone: words['zone']) unless words['zone'].empty?
  give_key(user, words['api_key'])
  user
end

admin = User.find_by!(login: 'admin')
admin.password = admin.password_confirmation = WORDS['admin']['password']
admin.must_change_passwd = false
admin.save!
give_key(admin, WORDS['admin']['api_key'])
User.current = admin

statuses = IssueStatus.sorted.to_a
statuses.zip(WORDS['statuses']).each { |status, name| status.update!(name: name) }
roles = Role.givable.sorted.to_a
tracker = Tracker.create!(name: WORDS['tracker'], default_status: statuses.first, position: Tracker.count + 1)
WORDS['flow'].each do |role, steps|
  WorkflowTransition.create!(tracker: tracker, role: roles[role.to_i], old_status_id: 0, new_status: statuses.first)
  steps.each do |from, targets|
    targets.each do |to|
      WorkflowTransition.create!(tracker: tracker, role: roles[role.to_i], old_status: statuses[from.to_i], new_status: statuses[to])
    end
  end
end

trackers = Tracker.sorted.to_a
fields = WORDS['fields'].to_h do |words|
  field = IssueCustomField.new(name: words['name'], field_format: words['format'], multiple: words['multiple'],
                               is_filter: true, is_for_all: true, trackers: trackers)
  field.possible_values = words['values'] unless words['values'].empty?
  field.searchable = true if words['format'] == 'string'
  field.save!
  [words['key'], field.id]
end

users = WORDS['users'].map { |words| account(words) }
projects = WORDS['projects'].map do |identifier, name|
  project = Project.new(name: name, identifier: identifier, is_public: false)
  project.enabled_module_names = %w[issue_tracking wiki documents files]
  project.trackers = trackers
  project.save!
  project
end
WORDS['users'].zip(users).each do |words, user|
  Member.create!(project: projects.first, principal: user, roles: [roles[words['role']]])
end

File.write(ENV.fetch('CASEHUB_SEED_IDS'), JSON.generate(
  'project_id' => projects.first.id, 'other_project_id' => projects.last.id, 'tracker_id' => tracker.id,
  'statuses' => statuses.map(&:id), 'roles' => roles.map(&:id), 'fields' => fields,
  'users' => WORDS['users'].map { |words| words['key'] }.zip(users.map(&:id)).to_h
))
