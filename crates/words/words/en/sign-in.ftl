### Before one is signed in.

login = Login
sign-in = Sign in
sign-in-demonstration = This is a demonstration. Its logins and their password were printed when it was loaded.
sign-in-wrong = Login and password do not belong together, or the account is not active.
sign-in-too-many = There were too many tries. Wait { $seconds } seconds, then try again.
not-set-up = Not set up yet
not-set-up-text = Nobody can sign in yet. Open the link that the server printed when it started.
set-up = Set up
set-up-steward = Set up Steward
set-up-lead = You become the first administrator. Everything else can be changed later.
set-up-organisation-help = The company or department that runs this service desk
your-name = Your name
your-mail = Your mail address
login-help = The name that you sign in with
set-up-and-sign-in = Set up and sign in
