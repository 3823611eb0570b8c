package exposure

// field is a role that a property plays in a network rule.
type field uint8

const (
	fieldSource field = iota + 1
	fieldDestination
	fieldSourceName
	fieldDestinationName
	fieldSelf
	fieldProtocol
	fieldFrom
	fieldTo
	fieldPort
	fieldICMPType
	fieldICMPCode
	fieldAction
	fieldOrder
	fieldDirection
	fieldEgress
	fieldAllowed
	fieldDenied
	fieldDisabled
	fieldNested
	fieldFirst
	fieldLast
)

// ruleFields maps the names that providers and tools give the parts of a rule to their roles.
var ruleFields = map[name]field{
	// AWS in all its spellings, and plain documents.
	"cidr": fieldSource, "cidrs": fieldSource, "cidrip": fieldSource, "cidripv4": fieldSource, "cidripv6": fieldSource,
	"cidrblock": fieldSource, "cidrblocks": fieldSource, "ipv6cidrblock": fieldSource, "ipv6cidrblocks": fieldSource,
	"ipranges": fieldSource, "ipv6ranges": fieldSource, "iprange": fieldSource, "ip": fieldSource, "ips": fieldSource,
	"source": fieldSource, "sources": fieldSource, "sourcecidr": fieldSource, "sourcecidrs": fieldSource,
	"sourceip": fieldSource, "sourceips": fieldSource, "sourceaddress": fieldSource, "sourceaddresses": fieldSource,
	"remoteipprefix": fieldSource, "remotecidr": fieldSource, "allowedcidrs": fieldSource, "network": fieldSource,
	"destination": fieldDestination, "destinations": fieldDestination, "destinationcidr": fieldDestination,
	"destinationcidrs": fieldDestination, "destinationcidrblock": fieldDestination,
	"destinationaddress": fieldDestination, "destinationaddresses": fieldDestination,
	"sourcesecuritygroupid": fieldSourceName, "sourcesecuritygroupname": fieldSourceName,
	"sourcesecuritygroupownerid": 0, "securitygroups": fieldSourceName, "referencedsecuritygroupid": fieldSourceName,
	"useridgrouppairs": fieldSourceName, "prefixlistids": fieldSourceName, "prefixlistid": fieldSourceName,
	"sourceprefixlistid": fieldSourceName, "remotegroupid": fieldSourceName, "sourcegroup": fieldSourceName,
	"destinationsecuritygroupid": fieldDestinationName, "destinationprefixlistid": fieldDestinationName,
	"self": fieldSelf, "protocol": fieldProtocol, "ipprotocol": fieldProtocol, "proto": fieldProtocol,
	"fromport": fieldFrom, "toport": fieldTo, "portrangemin": fieldFrom, "portrangemax": fieldTo,
	"startport": fieldFrom, "endport": fieldTo, "minport": fieldFrom, "maxport": fieldTo,
	"port": fieldPort, "ports": fieldPort, "portrange": fieldPort, "portranges": fieldPort,
	"icmptype": fieldICMPType, "icmpcode": fieldICMPCode, "icmp": fieldNested,
	"action": fieldAction, "ruleaction": fieldAction, "access": fieldAction, "effect": fieldAction,
	"rulenumber": fieldOrder, "ruleno": fieldOrder, "priority": fieldOrder,
	"direction": fieldDirection, "type": fieldDirection, "egress": fieldEgress,

	// Google's firewalls, whose services lie in a list of their own.
	"sourceranges": fieldSource, "destinationranges": fieldDestination, "sourcetags": fieldSourceName,
	"sourceserviceaccounts": fieldSourceName, "allowed": fieldAllowed, "allow": fieldAllowed,
	"denied": fieldDenied, "deny": fieldDenied, "disabled": fieldDisabled,

	// Azure's network security groups, whose rules may nest in "properties".
	"sourceaddressprefix": fieldSource, "sourceaddressprefixes": fieldSource,
	"destinationaddressprefix": fieldDestination, "destinationaddressprefixes": fieldDestination,
	"sourceapplicationsecuritygroups": fieldSourceName, "sourceapplicationsecuritygroupids": fieldSourceName,
	"destinationapplicationsecuritygroups": fieldDestinationName, "destinationapplicationsecuritygroupids": fieldDestinationName,
	"destinationportrange": fieldPort, "destinationportranges": fieldPort, "properties": fieldNested,
	// The firewalls of its databases, which know addresses only.
	"startipaddress": fieldFirst, "endipaddress": fieldLast, "startip": fieldFirst, "endip": fieldLast,
}

// containers maps the names of properties that hold network rules to the direction of the rules.
var containers = map[name]direction{
	"ingress": ingress, "inbound": ingress, "ingressrules": ingress, "inboundrules": ingress,
	"securitygroupingress": ingress, "ippermissions": ingress, "ingressrule": ingress, "inboundrule": ingress,
	"rules": ingress, "rule": ingress, "securityrules": ingress, "securityrule": ingress, "defaultsecurityrules": ingress,
	"firewallrules": ingress, "firewallrule": ingress, "networkaclentries": ingress, "entries": ingress,
	"egress": egress, "outbound": egress, "egressrules": egress, "outboundrules": egress,
	"securitygroupegress": egress, "ippermissionsegress": egress, "egressrule": egress, "outboundrule": egress,
}

// plainRules are containers whose name alone does not say that they hold network rules; their
// elements count only where they name an audience and a service.
var plainRules = map[name]bool{"rules": true, "rule": true, "entries": true}

// allowList is a list of who may reach an endpoint.
type allowList struct {
	// endpoint is what is reached, in words.
	endpoint string
	// open is set where the provider lets everybody in without the list. Where that is not known, a
	// list that appears is taken to let its members in, and one that goes to let everybody in.
	open bool
}

// allowLists maps the names of such properties to what they guard.
var allowLists = map[name]allowList{
	"publicaccesscidrs": {"the endpoint", true}, "authorizedipranges": {"the endpoint", true},
	"apiserverauthorizedipranges": {"the endpoint", true}, "masterauthorizednetworks": {"the endpoint", true},
	"masterauthorizednetworksconfig": {"the endpoint", true}, "loadbalancersourceranges": {"the load balancer", true},
	"authorizednetworks": {"the endpoint", false}, "allowedcidrs": {"the endpoint", false},
	"allowedcidrblocks": {"the endpoint", false}, "allowedips": {"the endpoint", false},
	"ipallowlist": {"the endpoint", false}, "ipwhitelist": {"the endpoint", false},
	"allowedipranges": {"the endpoint", false},
}
