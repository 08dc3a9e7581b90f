# Redmine as Debian has it, but patient with its SQLite, as a Redmine on a database server is.
#
# - A thread that waits for the one writer lets the others of its process run. The library's own waiting sleeps without
#   giving up Ruby's global lock, so that the writer could not finish meanwhile.
# - A transaction asks for the writer's place when it begins: one that asks after it has read is refused at once.

require "/usr/share/redmine/config/boot"
require "sqlite3"

module Patient
  def busy_timeout(milliseconds)
    busy_handler { |tried| tried * 5 < milliseconds && sleep(0.005) }
  end

  def transaction(mode = :immediate, &work)
    super
  end
end
SQLite3::Database.prepend(Patient)

require "/usr/share/redmine/config/environment"
run Rails.application
