package exposure

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// unordered is the order of a rule without a priority.
const unordered = math.MinInt64

// draft is a rule while its properties are being read.
type draft struct {
	rule
	sources, destinations         Addresses
	sourceNames, destinationNames []string
	audienceGiven, serviceGiven   bool
	// first and last are the ends of a range of addresses that are written apart.
	first, last        string
	protocol           int
	ports              []portRange
	from, to           int
	icmpType, icmpCode int
	nested             []services
	disabled           bool
}

// readRule reads one rule object.
func readRule(object document.Value, way direction, at *place) draft {
	d := draft{protocol: noProtocol, from: -1, to: -1, icmpType: -1, icmpCode: -1}
	d.direction, d.place, d.order = way, at, unordered
	d.read(object)
	d.finish()
	return d
}

func (d *draft) read(object document.Value) {
	for key, value := range object.Members() {
		role, known := lookUp(ruleFields, key)
		if !known || value.IsNull() {
			continue
		}
		switch role {
		case fieldSource:
			gather(value, &d.sources, &d.sourceNames)
			d.audienceGiven = d.audienceGiven || !value.IsEmpty()
		case fieldDestination:
			gather(value, &d.destinations, &d.destinationNames)
			d.audienceGiven = d.audienceGiven || !value.IsEmpty()
		case fieldSourceName:
			gatherNames(value, &d.sourceNames)
			d.audienceGiven = d.audienceGiven || !value.IsEmpty()
		case fieldDestinationName:
			gatherNames(value, &d.destinationNames)
			d.audienceGiven = d.audienceGiven || !value.IsEmpty()
		case fieldSelf:
			if yes(value) {
				d.sourceNames, d.destinationNames = append(d.sourceNames, "self"), append(d.destinationNames, "self")
				d.audienceGiven = true
			}
		case fieldFirst:
			d.first = value.Text()
		case fieldLast:
			d.last = value.Text()
		case fieldNested:
			d.nest(key, value)
		default:
			d.service(role, value)
		}
	}
}

// nest reads a rule's object within the rule: Azure's properties, or the type and code of ICMP.
func (d *draft) nest(key string, value document.Value) {
	if nameOf(key) == "icmp" {
		d.icmpType = number(property(value, "type"), d.icmpType)
		d.icmpCode = number(property(value, "code"), d.icmpCode)
		return
	}
	d.read(value)
}

func (d *draft) service(role field, value document.Value) {
	switch role {
	case fieldProtocol:
		d.serviceGiven = true
		if protocol, known := protocolOf(value.Text()); known {
			d.protocol = protocol
		} else if value.Text() != "" {
			d.protocol = allProtocol
		}
	case fieldFrom:
		d.from, d.serviceGiven = number(value, -1), true
	case fieldTo:
		d.to = number(value, -1)
	case fieldPort:
		d.readPorts(value)
	case fieldICMPType:
		d.icmpType = number(value, -1)
	case fieldICMPCode:
		d.icmpCode = number(value, -1)
	case fieldAction:
		d.deny = slices.Contains([]name{"deny", "drop", "reject", "block"}, nameOf(value.Text()))
	case fieldOrder:
		d.order = int64(number(value, math.MaxInt32))
	case fieldDirection:
		if nameOf(value.Text()) == "egress" || nameOf(value.Text()) == "outbound" {
			d.direction = egress
		}
	case fieldEgress:
		if value.Bool() || value.Text() == "true" {
			d.direction = egress
		}
	case fieldAllowed, fieldDenied:
		d.readNested(role, value)
	case fieldDisabled:
		d.disabled = yes(value)
	default:
	}
}

// readNested reads Google's list of protocols with their ports.
func (d *draft) readNested(role field, value document.Value) {
	for _, item := range items(value) {
		if item.Kind() != document.Object {
			continue
		}
		d.serviceGiven = true
		d.deny = d.deny || role == fieldDenied
		part := readRule(item, d.direction, d.place)
		d.nested = append(d.nested, part.services...)
	}
}

func (d *draft) readPorts(value document.Value) {
	for _, item := range items(value) {
		d.serviceGiven = true
		switch {
		case item.Kind() == document.Object:
			from, to := property(item, "from", "fromport", "min", "start"), property(item, "to", "toport", "max", "end")
			d.ports = append(d.ports, portRange{number(from, -1), number(to, -1)})
		case item.Text() != "":
			d.ports = append(d.ports, parsePorts(item.Text())...)
		}
	}
}

// finish settles audience and services once every property is known, whatever their order.
func (d *draft) finish() {
	if d.first != "" || d.last != "" {
		addresses, _ := parseRange(d.first, cmp.Or(d.last, d.first)) // what is no range lets nobody in
		d.sources = d.sources.Union(addresses)
		d.audienceGiven, d.serviceGiven = true, true
	}
	d.addresses, d.names = d.sources, d.sourceNames
	if d.direction == egress && (len(d.destinations) > 0 || len(d.destinationNames) > 0) {
		d.addresses, d.names = d.destinations, d.destinationNames
	}
	if d.nested != nil {
		d.services = d.nested
		return
	}
	switch {
	case d.protocol == icmp || d.protocol == icmpv6:
		if d.icmpType < 0 {
			d.icmpType, d.icmpCode = d.from, d.to
		}
		d.ports = []portRange{{d.icmpType, d.icmpCode}}
	case d.from >= 0 || d.to >= 0:
		d.ports = append(d.ports, portRange{d.from, d.to})
	}
	d.services = spans(d.protocol, d.ports)
}

// number reads a whole number, or returns what stands for none.
func number(value document.Value, none int) int {
	parsed, err := strconv.ParseFloat(value.Text(), 64)
	if err != nil || math.Abs(parsed) > math.MaxInt32 {
		return none
	}
	return int(parsed)
}

// gather reads addresses in any nesting; what is no address is the name of a group.
func gather(value document.Value, addresses *Addresses, names *[]string) {
	switch value.Kind() {
	case document.String:
		for part := range strings.SplitSeq(value.Text(), ",") {
			if read, known := ParseAddresses(part); known {
				*addresses = addresses.Union(read)
			} else if part != "" {
				*names = append(*names, strings.TrimSpace(part))
			}
		}
	case document.Array:
		for _, element := range value.Elements() {
			gather(element, addresses, names)
		}
	case document.Object:
		for key, member := range value.Members() {
			role, _ := lookUp(ruleFields, key)
			if _, list := lookUp(allowLists, key); role == fieldSource || list || nameOf(key) == "value" {
				gather(member, addresses, names)
			}
		}
	default:
	}
}

// gatherNames reads the names of groups; those of objects are their identifying members.
func gatherNames(value document.Value, names *[]string) {
	switch value.Kind() {
	case document.String, document.Number:
		if value.Text() != "" {
			*names = append(*names, value.Text())
		}
	case document.Array:
		for _, element := range value.Elements() {
			gatherNames(element, names)
		}
	case document.Object:
		for _, part := range []name{"groupid", "groupname", "prefixlistid", "id"} {
			if member := property(value, part); member.Text() != "" {
				*names = append(*names, member.Text())
				return
			}
		}
		*names = append(*names, value.String())
	default:
	}
}
