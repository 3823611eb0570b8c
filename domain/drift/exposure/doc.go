// Package exposure reads what a configuration lets whom reach, and says what a change of it does:
// whether it widens, narrows, or both, and what it newly opens to the world.
//
// Exposure is a set, not a spelling. Network rules become a set of services (protocol and port) by
// audience (addresses of IPv4 and IPv6, and named groups); policies become rights of principals;
// switches such as "publicly accessible" and safeguards such as encryption become levels. Two
// configurations are compared as sets, so 0.0.0.0/1 with 128.0.0.0/1 is the world, and a rule that
// another rule already contains changes nothing.
//
// Property names are read in any of their spellings (CidrIp, cidr_ip, cidrIp), so CloudFormation,
// Terraform, provider APIs and plain documents go through one reader.
package exposure
