-- The user that the API and the worker connect as, who owns nothing; run after omnicloud migrate, as
-- an administrator:  psql -v password=… -f service-user.sql
SELECT format('CREATE ROLE omnicloud_app LOGIN BYPASSRLS PASSWORD %L IN ROLE omnicloud_service', :'password')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'omnicloud_app')
\gexec
