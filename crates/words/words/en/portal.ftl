### The portal of those who ask.

portal-order = Order something
portal-report = Report a problem
portal-requests = My requests
portal-articles = Articles
portal = Portal
