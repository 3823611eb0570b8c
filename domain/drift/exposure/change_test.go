package exposure_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/exposure"
)

// change is one case: what a configuration was and is, and what that does to exposure.
type change struct {
	name, kind    string
	before, after string
	direction     exposure.Direction
	// opened are the findings, in words, with "; " between them.
	opened string
}

func compare(t *testing.T, kind, before, after string) exposure.Change {
	t.Helper()
	old, err := document.ParseString(before)
	require.NoError(t, err, before)
	fresh, err := document.ParseString(after)
	require.NoError(t, err, after)
	return exposure.Compare(exposure.Of(kind, old), exposure.Of(kind, fresh))
}

func check(t *testing.T, cases []change) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := compare(t, c.kind, c.before, c.after)
			assert.Equal(t, c.direction, got.Direction)
			var words []string
			for _, finding := range got.Opened {
				words = append(words, finding.What)
			}
			assert.Equal(t, c.opened, strings.Join(words, "; "))
			back := compare(t, c.kind, c.after, c.before)
			assert.Len(t, back.Closed, len(got.Opened), "the way back closes what was opened")
			assert.Len(t, back.Opened, len(got.Closed))
			assert.Equal(t, reverse[c.direction], back.Direction)
		})
	}
}

var reverse = map[exposure.Direction]exposure.Direction{
	exposure.Unchanged: exposure.Unchanged, exposure.Both: exposure.Both,
	exposure.Widens: exposure.Narrows, exposure.Narrows: exposure.Widens,
}

const (
	cfnGroup       = "AWS::EC2::SecurityGroup"
	terraformGroup = "aws_security_group"
)

// openedBy are spellings of "tcp 22 from everywhere", each added to a group open to 10.0.0.0/8 only.
func TestEverySpellingOfTheWorldIsFound(t *testing.T) {
	for name, c := range map[string]struct{ kind, key, rule, opened string }{
		"CloudFormation":             {cfnGroup, "SecurityGroupIngress", `{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"CidrIp":"0.0.0.0/0"}`, "tcp 22 from 0.0.0.0/0"},
		"CloudFormation, IPv6":       {cfnGroup, "SecurityGroupIngress", `{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"CidrIpv6":"::/0"}`, "tcp 22 from ::/0"},
		"protocol by number":         {cfnGroup, "SecurityGroupIngress", `{"IpProtocol":"6","FromPort":"22","ToPort":"22","CidrIp":"0.0.0.0/0"}`, "tcp 22 from 0.0.0.0/0"},
		"upper case protocol":        {cfnGroup, "SecurityGroupIngress", `{"IpProtocol":"TCP","FromPort":22,"ToPort":22,"CidrIp":"0.0.0.0/0"}`, "tcp 22 from 0.0.0.0/0"},
		"host bits set":              {cfnGroup, "SecurityGroupIngress", `{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"CidrIp":"10.1.2.3/0"}`, "tcp 22 from 0.0.0.0/0"},
		"protocol -1":                {cfnGroup, "SecurityGroupIngress", `{"IpProtocol":"-1","CidrIp":"0.0.0.0/0"}`, "every service from 0.0.0.0/0"},
		"protocol -1 ignores ports":  {cfnGroup, "SecurityGroupIngress", `{"IpProtocol":-1,"FromPort":22,"ToPort":22,"CidrIp":"0.0.0.0/0"}`, "every service from 0.0.0.0/0"},
		"missing ports":              {cfnGroup, "SecurityGroupIngress", `{"IpProtocol":"udp","CidrIp":"0.0.0.0/0"}`, "udp, every port from 0.0.0.0/0"},
		"ports -1":                   {cfnGroup, "SecurityGroupIngress", `{"IpProtocol":"tcp","FromPort":-1,"ToPort":-1,"CidrIp":"0.0.0.0/0"}`, "tcp, every port from 0.0.0.0/0"},
		"ports 0 to 65535":           {cfnGroup, "SecurityGroupIngress", `{"IpProtocol":"tcp","FromPort":0,"ToPort":65535,"CidrIp":"0.0.0.0/0"}`, "tcp, every port from 0.0.0.0/0"},
		"a singleton for a list":     {cfnGroup, "SecurityGroupIngress", `{"IpProtocol":"icmp","FromPort":-1,"ToPort":-1,"CidrIp":"0.0.0.0/0"}`, "icmp, every port from 0.0.0.0/0"},
		"one ICMP type":              {cfnGroup, "SecurityGroupIngress", `{"IpProtocol":"icmp","FromPort":8,"ToPort":-1,"CidrIp":"0.0.0.0/0"}`, "icmp type 8 from 0.0.0.0/0"},
		"a protocol without ports":   {cfnGroup, "SecurityGroupIngress", `{"IpProtocol":"50","CidrIp":"0.0.0.0/0"}`, "esp, every port from 0.0.0.0/0"},
		"the provider's API":         {cfnGroup, "IpPermissions", `{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"IpRanges":[{"CidrIp":"0.0.0.0/0"}],"Ipv6Ranges":[]}`, "tcp 22 from 0.0.0.0/0"},
		"Terraform":                  {terraformGroup, "ingress", `{"protocol":"tcp","from_port":22,"to_port":22,"cidr_blocks":["0.0.0.0/0"],"ipv6_cidr_blocks":[],"self":false}`, "tcp 22 from 0.0.0.0/0"},
		"Terraform, every protocol":  {terraformGroup, "ingress", `{"protocol":"-1","from_port":0,"to_port":0,"cidr_blocks":["0.0.0.0/0"]}`, "every service from 0.0.0.0/0"},
		"Terraform, \"all\"":         {terraformGroup, "ingress", `{"protocol":"all","from_port":0,"to_port":0,"cidr_blocks":["0.0.0.0/0"]}`, "every service from 0.0.0.0/0"},
		"zeros all over":             {terraformGroup, "ingress", `{"protocol":"tcp","from_port":22,"to_port":22,"ipv6_cidr_blocks":["0:0:0:0:0:0:0:0/0"]}`, "tcp 22 from ::/0"},
		"0::0/0":                     {terraformGroup, "ingress", `{"protocol":"tcp","from_port":22,"to_port":22,"ipv6_cidr_blocks":["0::0/0"]}`, "tcp 22 from ::/0"},
		"0000:…/0":                   {terraformGroup, "ingress", `{"protocol":"tcp","from_port":22,"to_port":22,"ipv6_cidr_blocks":["0000:0000:0000:0000:0000:0000:0000:0000/0"]}`, "tcp 22 from ::/0"},
		"all of global unicast":      {terraformGroup, "ingress", `{"protocol":"tcp","from_port":22,"to_port":22,"ipv6_cidr_blocks":["2000::/3"]}`, "tcp 22 from 2000::/3"},
		"IPv4-mapped":                {terraformGroup, "ingress", `{"protocol":"tcp","from_port":22,"to_port":22,"ipv6_cidr_blocks":["::ffff:0:0/96"]}`, "tcp 22 from 0.0.0.0/0"},
		"IPv4-mapped with dots":      {terraformGroup, "ingress", `{"protocol":"tcp","from_port":22,"to_port":22,"ipv6_cidr_blocks":["::ffff:0.0.0.0/96"]}`, "tcp 22 from 0.0.0.0/0"},
		"two halves":                 {terraformGroup, "ingress", `{"protocol":"tcp","from_port":22,"to_port":22,"cidr_blocks":["0.0.0.0/1","128.0.0.0/1"]}`, "tcp 22 from 0.0.0.0/0"},
		"two halves of IPv6":         {terraformGroup, "ingress", `{"protocol":"tcp","from_port":22,"to_port":22,"ipv6_cidr_blocks":["::/1","8000::/1"]}`, "tcp 22 from ::/0"},
		"all but what is not public": {terraformGroup, "ingress", `{"protocol":"tcp","from_port":22,"to_port":22,"cidr_blocks":["0.0.0.0/1","128.0.0.0/2","192.0.0.0/3"]}`, "tcp 22 from 0.0.0.0/1, 128.0.0.0/2, 192.0.0.0/3"},
		"a netmask":                  {"firewall_group", "rules", `{"protocol":"tcp","port":22,"source":"0.0.0.0/0.0.0.0"}`, "tcp 22 from 0.0.0.0/0"},
		"short for zeros":            {"firewall_group", "rules", `{"protocol":"tcp","port":22,"source":"0/0"}`, "tcp 22 from 0.0.0.0/0"},
		"a range":                    {"firewall_group", "rules", `{"protocol":"tcp","port":"22","source":"0.0.0.0-255.255.255.255"}`, "tcp 22 from 0.0.0.0/0"},
		"plain":                      {"security_group", "ingress_rules", `{"protocol":"tcp","port":22,"cidr":"0.0.0.0/0"}`, "tcp 22 from 0.0.0.0/0"},
		"plain, port as text":        {"security_group", "rules", `{"protocol":"tcp","port":"22","cidr":"0.0.0.0/0"}`, "tcp 22 from 0.0.0.0/0"},
		"plain, without a protocol":  {"security_group", "rules", `{"port":22,"cidr":"0.0.0.0/0"}`, "tcp 22 from 0.0.0.0/0; udp 22 from 0.0.0.0/0; sctp 22 from 0.0.0.0/0"},
		"plain, no port at all":      {"security_group", "ingress", `{"cidr":"0.0.0.0/0"}`, "every service from 0.0.0.0/0"},
		"plain, ports 0 to 0":        {"security_group", "ingress", `{"from_port":0,"to_port":0,"cidr":"0.0.0.0/0"}`, "every service from 0.0.0.0/0"},
		"Azure, star":                {"Microsoft.Network/networkSecurityGroups", "securityRules", `{"name":"ssh","properties":{"access":"Allow","direction":"Inbound","priority":100,"protocol":"Tcp","sourceAddressPrefix":"*","sourcePortRange":"*","destinationAddressPrefix":"10.0.0.4","destinationPortRange":"22"}}`, "tcp 22 from 0.0.0.0/0, ::/0"},
		"Azure, Internet":            {"azurerm_network_security_group", "security_rule", `{"access":"Allow","direction":"Inbound","priority":100,"protocol":"*","source_address_prefix":"Internet","source_port_range":"*","destination_address_prefix":"*","destination_port_ranges":["22","80-90"]}`, "every service from 0.0.0.0/0, ::/0"},
		"Azure, several ports":       {"azurerm_network_security_group", "security_rule", `{"access":"Allow","direction":"Inbound","priority":100,"protocol":"Tcp","source_address_prefixes":["0.0.0.0/0"],"destination_port_ranges":["22","80-81"]}`, "tcp 22 from 0.0.0.0/0; tcp 80-81 from 0.0.0.0/0"},
	} {
		t.Run(name, func(t *testing.T) {
			before := `{"` + c.key + `":[{"protocol":"tcp","from_port":22,"to_port":22,"cidr":"10.0.0.0/8","access":"Allow","direction":"Inbound"}]}`
			after := strings.Replace(before, "]}", ","+c.rule+"]}", 1)
			got := compare(t, c.kind, before, after)
			assert.Equal(t, exposure.Widens, got.Direction)
			var words []string
			for _, finding := range got.Opened {
				words = append(words, finding.What)
				assert.Equal(t, []configpath.Path{{configpath.Key(c.key), configpath.Index(1)}}, finding.After, "names the rule that opened it")
			}
			assert.Equal(t, c.opened, strings.Join(words, "; "))
			assert.Equal(t, exposure.Narrows, compare(t, c.kind, after, before).Direction)
			assert.Empty(t, compare(t, c.kind, after, before).Opened, "closing is not opening")
			assert.Equal(t, exposure.Unchanged, compare(t, c.kind, after, after).Direction, "what was declared does not alarm")
		})
	}
}

func TestWhatIsNotTheWorld(t *testing.T) {
	for name, rule := range map[string]string{
		"a private network":         `"cidr_blocks":["10.0.0.0/8"]`,
		"all private networks":      `"cidr_blocks":["10.0.0.0/8","172.16.0.0/12","192.168.0.0/16"]`,
		"one half of IPv4":          `"cidr_blocks":["0.0.0.0/1"]`,
		"one address":               `"cidr_blocks":["203.0.113.7/32"]`,
		"an office":                 `"cidr_blocks":["198.51.100.0/24"]`,
		"a prefix list":             `"prefix_list_ids":["pl-6da54004"]`,
		"another security group":    `"security_groups":["sg-0123456789"]`,
		"the group itself":          `"self":true`,
		"nobody":                    `"cidr_blocks":[]`,
		"unique local IPv6":         `"ipv6_cidr_blocks":["fc00::/7"]`,
		"link-local IPv6":           `"ipv6_cidr_blocks":["fe80::/10"]`,
		"documentation IPv6":        `"ipv6_cidr_blocks":["2001:db8::/32"]`,
		"IPv4-mapped private range": `"ipv6_cidr_blocks":["::ffff:10.0.0.0/104"]`,
	} {
		t.Run(name, func(t *testing.T) {
			after := `{"ingress":[{"protocol":"-1","from_port":0,"to_port":0,` + rule + `}]}`
			got := compare(t, terraformGroup, `{"ingress":[]}`, after)
			assert.Empty(t, got.Opened)
		})
	}
}

func TestSecurityGroups(t *testing.T) {
	https := `{"protocol":"tcp","from_port":443,"to_port":443,"cidr_blocks":["0.0.0.0/0"]}`
	check(t, []change{
		{
			"a public rule that was declared, with another text", terraformGroup,
			`{"ingress":[` + https + `]}`, `{"ingress":[` + strings.Replace(https, "{", `{"description":"web",`, 1) + `]}`, exposure.Unchanged, "",
		},
		{
			"rules in another order", terraformGroup,
			`{"ingress":[` + https + `,{"protocol":"tcp","from_port":22,"to_port":22,"self":true}]}`,
			`{"ingress":[{"protocol":"tcp","from_port":22,"to_port":22,"self":true},` + https + `]}`, exposure.Unchanged, "",
		},
		{
			"one rule split into two", terraformGroup,
			`{"ingress":[{"protocol":"tcp","from_port":80,"to_port":81,"cidr_blocks":["0.0.0.0/0"]}]}`,
			`{"ingress":[{"protocol":"tcp","from_port":80,"to_port":80,"cidr_blocks":["0.0.0.0/0"]},{"protocol":"tcp","from_port":81,"to_port":81,"cidr_blocks":["0.0.0.0/0"]}]}`,
			exposure.Unchanged, "",
		},
		{
			"a rule that another contains", terraformGroup,
			`{"ingress":[{"protocol":"-1","from_port":0,"to_port":0,"cidr_blocks":["0.0.0.0/0"]}]}`,
			`{"ingress":[{"protocol":"-1","from_port":0,"to_port":0,"cidr_blocks":["0.0.0.0/0"]},` + https + `]}`, exposure.Unchanged, "",
		},
		{
			"another port of a public rule", terraformGroup,
			`{"ingress":[` + https + `]}`, `{"ingress":[` + strings.ReplaceAll(https, "443", "22") + `]}`, exposure.Both, "tcp 22 from 0.0.0.0/0",
		},
		{
			"more ports of a public rule", terraformGroup,
			`{"ingress":[` + https + `]}`, `{"ingress":[` + strings.Replace(https, `"from_port":443`, `"from_port":400`, 1) + `]}`, exposure.Widens, "tcp 400-442 from 0.0.0.0/0",
		},
		{
			"the other half of the world", terraformGroup,
			`{"ingress":[{"protocol":"tcp","from_port":22,"to_port":22,"cidr_blocks":["0.0.0.0/1"]}]}`,
			`{"ingress":[{"protocol":"tcp","from_port":22,"to_port":22,"cidr_blocks":["0.0.0.0/1"]},{"protocol":"tcp","from_port":22,"to_port":22,"cidr_blocks":["128.0.0.0/1"]}]}`,
			exposure.Widens, "tcp 22 from 0.0.0.0/0",
		},
		{
			"the world of IPv6 beside that of IPv4", terraformGroup,
			`{"ingress":[` + https + `]}`, `{"ingress":[` + strings.Replace(https, "{", `{"ipv6_cidr_blocks":["::/0"],`, 1) + `]}`, exposure.Widens, "tcp 443 from ::/0",
		},
		{
			"the world in place of a group", terraformGroup,
			`{"ingress":[{"protocol":"tcp","from_port":22,"to_port":22,"security_groups":["sg-1"]}]}`,
			`{"ingress":[{"protocol":"tcp","from_port":22,"to_port":22,"cidr_blocks":["0.0.0.0/0"]}]}`, exposure.Widens, "tcp 22 from 0.0.0.0/0",
		},
		{
			"a group in place of another", cfnGroup,
			`{"SecurityGroupIngress":[{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"SourceSecurityGroupId":"sg-1"}]}`,
			`{"SecurityGroupIngress":[{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"SourceSecurityGroupId":"sg-2"}]}`, exposure.Both, "",
		},
		{
			"a wider private network", cfnGroup,
			`{"SecurityGroupIngress":[{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"CidrIp":"10.1.0.0/16"}]}`,
			`{"SecurityGroupIngress":[{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"CidrIp":"10.0.0.0/8"}]}`, exposure.Widens, "",
		},
		{
			"tcp for every protocol", cfnGroup,
			`{"SecurityGroupIngress":[{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"CidrIp":"0.0.0.0/0"}]}`,
			`{"SecurityGroupIngress":[{"IpProtocol":"-1","CidrIp":"0.0.0.0/0"}]}`,
			exposure.Widens, "protocol 0 to tcp 21 from 0.0.0.0/0; tcp 23 to protocol 255 from 0.0.0.0/0",
		},
		{
			"egress to the world is no exposure to it", terraformGroup,
			`{"egress":[]}`, `{"egress":[{"protocol":"-1","from_port":0,"to_port":0,"cidr_blocks":["0.0.0.0/0"]}]}`, exposure.Widens, "",
		},
		{
			"egress that is not declared is open in CloudFormation", cfnGroup,
			`{"GroupDescription":"g"}`, `{"SecurityGroupEgress":[{"IpProtocol":"-1","CidrIp":"0.0.0.0/0"},{"IpProtocol":"-1","CidrIpv6":"::/0"}]}`, exposure.Unchanged, "",
		},
		{
			"a rule of its own", "aws_security_group_rule",
			`{"type":"ingress","protocol":"tcp","from_port":22,"to_port":22,"cidr_blocks":["10.0.0.0/8"]}`,
			`{"type":"ingress","protocol":"tcp","from_port":22,"to_port":22,"cidr_blocks":["0.0.0.0/0"]}`, exposure.Widens, "tcp 22 from 0.0.0.0/0",
		},
		{
			"a rule of its own, egress", "aws_security_group_rule",
			`{"type":"egress","protocol":"tcp","from_port":22,"to_port":22,"cidr_blocks":["10.0.0.0/8"]}`,
			`{"type":"egress","protocol":"tcp","from_port":22,"to_port":22,"cidr_blocks":["0.0.0.0/0"]}`, exposure.Widens, "",
		},
		{
			"a VPC rule of its own", "aws_vpc_security_group_ingress_rule",
			`{"ip_protocol":"tcp","from_port":22,"to_port":22,"cidr_ipv4":"10.0.0.0/8"}`,
			`{"ip_protocol":"tcp","from_port":22,"to_port":22,"cidr_ipv4":"0.0.0.0/0"}`, exposure.Widens, "tcp 22 from 0.0.0.0/0",
		},
		{
			"a CloudFormation rule of its own", "AWS::EC2::SecurityGroupIngress",
			`{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"CidrIp":"10.0.0.0/8"}`,
			`{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"CidrIp":"0.0.0.0/0"}`, exposure.Widens, "tcp 22 from 0.0.0.0/0",
		},
		{
			"groups in a document", "instance",
			`{"security_groups":[{"rules":[{"port":443,"protocol":"tcp","cidr":"0.0.0.0/0"}]}]}`,
			`{"security_groups":[{"rules":[{"port":443,"protocol":"tcp","cidr":"0.0.0.0/0"},{"port":22,"protocol":"tcp","cidr":"0.0.0.0/0"}]}]}`,
			exposure.Widens, "tcp 22 from 0.0.0.0/0",
		},
	})
}

func TestOrderedRules(t *testing.T) {
	const acl = "aws_network_acl"
	entry := func(number, action, cidr string) string {
		return `{"rule_no":` + number + `,"action":"` + action + `","protocol":"tcp","from_port":22,"to_port":22,"cidr_block":"` + cidr + `"}`
	}
	list := func(entries ...string) string { return `{"ingress":[` + strings.Join(entries, ",") + `]}` }
	check(t, []change{
		{"a deny that goes", acl, list(entry("90", "deny", "0.0.0.0/0"), entry("100", "allow", "0.0.0.0/0")), list(entry("100", "allow", "0.0.0.0/0")), exposure.Widens, "tcp 22 from 0.0.0.0/0"},
		{"a deny moved behind the allow", acl, list(entry("90", "deny", "0.0.0.0/0"), entry("100", "allow", "0.0.0.0/0")), list(entry("110", "deny", "0.0.0.0/0"), entry("100", "allow", "0.0.0.0/0")), exposure.Widens, "tcp 22 from 0.0.0.0/0"},
		{"a deny that nothing follows", acl, list(entry("100", "allow", "0.0.0.0/0")), list(entry("100", "allow", "0.0.0.0/0"), entry("110", "deny", "0.0.0.0/0")), exposure.Unchanged, ""},
		{"a deny of a private network", acl, list(entry("100", "allow", "0.0.0.0/0")), list(entry("90", "deny", "10.0.0.0/8"), entry("100", "allow", "0.0.0.0/0")), exposure.Narrows, ""},
		{
			"an entry of its own", "AWS::EC2::NetworkAclEntry",
			`{"RuleNumber":100,"Protocol":6,"RuleAction":"deny","Egress":false,"CidrBlock":"0.0.0.0/0","PortRange":{"From":22,"To":22}}`,
			`{"RuleNumber":100,"Protocol":6,"RuleAction":"allow","Egress":false,"CidrBlock":"0.0.0.0/0","PortRange":{"From":22,"To":22}}`, exposure.Widens, "tcp 22 from 0.0.0.0/0",
		},
		{
			"an entry of egress", "AWS::EC2::NetworkAclEntry",
			`{"RuleNumber":100,"Protocol":-1,"RuleAction":"deny","Egress":true,"CidrBlock":"0.0.0.0/0"}`,
			`{"RuleNumber":100,"Protocol":-1,"RuleAction":"allow","Egress":true,"CidrBlock":"0.0.0.0/0"}`, exposure.Widens, "",
		},
		{
			"Google, another source", "google_compute_firewall",
			`{"direction":"INGRESS","priority":1000,"source_ranges":["10.0.0.0/8"],"allow":[{"protocol":"tcp","ports":["22","8000-8001"]}]}`,
			`{"direction":"INGRESS","priority":1000,"source_ranges":["0.0.0.0/0"],"allow":[{"protocol":"tcp","ports":["22","8000-8001"]}]}`, exposure.Widens, "tcp 22 from 0.0.0.0/0; tcp 8000-8001 from 0.0.0.0/0",
		},
		{
			"Google, no source is everybody", "compute.v1.firewall",
			`{"sourceTags":["bastion"],"allowed":[{"IPProtocol":"tcp","ports":["22"]}]}`,
			`{"allowed":[{"IPProtocol":"tcp","ports":["22"]}]}`, exposure.Widens, "tcp 22 from 0.0.0.0/0, ::/0",
		},
		{
			"Google, every protocol", "google_compute_firewall",
			`{"source_ranges":["0.0.0.0/0"],"allow":[{"protocol":"icmp"}]}`, `{"source_ranges":["0.0.0.0/0"],"allow":[{"protocol":"all"}]}`,
			exposure.Widens, "protocol 0, every port from 0.0.0.0/0; protocol 2 to protocol 255 from 0.0.0.0/0",
		},
		{
			"Google, switched off", "google_compute_firewall",
			`{"disabled":true,"source_ranges":["0.0.0.0/0"],"allow":[{"protocol":"tcp","ports":["22"]}]}`,
			`{"disabled":false,"source_ranges":["0.0.0.0/0"],"allow":[{"protocol":"tcp","ports":["22"]}]}`, exposure.Widens, "tcp 22 from 0.0.0.0/0",
		},
		{
			"Azure, deny before allow", "azurerm_network_security_rule",
			`{"access":"Deny","direction":"Inbound","priority":100,"protocol":"Tcp","source_address_prefix":"*","destination_port_range":"22"}`,
			`{"access":"Allow","direction":"Inbound","priority":100,"protocol":"Tcp","source_address_prefix":"*","destination_port_range":"22"}`, exposure.Widens, "tcp 22 from 0.0.0.0/0, ::/0",
		},
		{
			"Azure, a service tag is not the world", "azurerm_network_security_rule",
			`{"access":"Allow","direction":"Inbound","priority":100,"protocol":"Tcp","source_address_prefix":"10.0.0.0/8","destination_port_range":"22"}`,
			`{"access":"Allow","direction":"Inbound","priority":100,"protocol":"Tcp","source_address_prefix":"VirtualNetwork","destination_port_range":"22"}`, exposure.Both, "",
		},
	})
}
