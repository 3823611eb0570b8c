package exposure

import (
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// level is the position of a switch or safeguard: the higher the rank, the more is exposed.
type level struct {
	// ranked is false for a value that has no place on the scale, such as the id of a key.
	ranked bool
	rank   int
	text   string
	// world is set where this position lets anybody in.
	world bool
	place *place
}

// scale reads the value of a switch or safeguard. Absent is the rank of a switch that is not there.
type scale struct {
	absent int
	read   func(value document.Value) level
}

var (
	// opens lets anybody in when it is on.
	opens = scale{0, func(value document.Value) level {
		return level{ranked: true, rank: rankOf(yes(value)), world: yes(value)}
	}}
	// weakens takes a safeguard away when it is on.
	weakens = scale{0, func(value document.Value) level { return level{ranked: true, rank: rankOf(yes(value))} }}
	// protects is a safeguard when it is on; one that is not there protects nothing.
	protects = scale{1, func(value document.Value) level { return level{ranked: true, rank: rankOf(!yes(value))} }}
	// opaque is a value whose change may widen or narrow: which key encrypts, say.
	opaque = scale{0, func(document.Value) level { return level{} }}
	// tokens is whether the metadata service wants a session token.
	tokens = words(1, map[name]int{"required": 0, "optional": 1}, nil)
	// lowestTLS ranks the lowest version of TLS that is taken.
	lowestTLS    = scale{9, tlsLevel}
	viewers      = words(1, map[name]int{"httpsonly": 0, "redirecttohttps": 0, "allowall": 1}, nil)
	scheme       = words(0, map[name]int{"internal": 0, "internetfacing": 1}, map[name]bool{"internetfacing": true})
	internalOnly = scale{1, func(value document.Value) level {
		return level{ranked: true, rank: rankOf(!yes(value)), world: !yes(value)}
	}}
	urlAuth = words(1, map[name]int{"awsiam": 0, "none": 1}, map[name]bool{"none": true})
	blobs   = words(0, map[name]int{"private": 0, "none": 0, "off": 0, "false": 0, "blob": 1, "true": 1, "container": 2},
		map[name]bool{"blob": true, "true": true, "container": true})
	cannedACL = words(0, map[name]int{
		"private": 0, "bucketownerread": 0, "bucketownerfullcontrol": 0, "projectprivate": 0, "awsexecread": 0,
		"logdeliverywrite": 0, "authenticatedread": 1, "publicread": 1, "publicreadwrite": 2,
	}, map[name]bool{"authenticatedread": true, "publicread": true, "publicreadwrite": true})
)

// scales maps the folded names of switches and safeguards to how they are read.
var scales = map[name]scale{
	"publiclyaccessible": opens, "endpointpublicaccess": opens, "publicnetworkaccess": opens,
	"publicnetworkaccessenabled": opens, "ispublic": opens, "publicaccess": blobs, "containeraccesstype": blobs,
	"scheme": scheme, "functionurlauthtype": urlAuth, "loadbalancer": internalOnly, "ipv4enabled": weakens, "acl": cannedACL, "accesscontrol": cannedACL, "cannedacl": cannedACL,

	"allowblobpublicaccess": weakens, "allownesteditemstobepublic": weakens, "associatepublicipaddress": weakens,
	"assignpublicip": weakens, "mappubliciponlaunch": weakens, "privileged": weakens, "hostnetwork": weakens,
	"hostpid": weakens, "hostipc": weakens, "allowprivilegeescalation": weakens, "allowunencrypted": weakens,
	"insecureskiptlsverify": weakens,

	"encrypted": protects, "storageencrypted": protects, "encryptionenabled": protects, "enableencryption": protects,
	"atrestencryptionenabled": protects, "transitencryptionenabled": protects, "encryptatrest": protects,
	"encryptintransit": protects, "kmsencrypted": protects, "sseenabled": protects, "encryptionatrest": protects,
	"enforcehttps": protects, "httpsonly": protects, "enablehttpstrafficonly": protects, "requiressl": protects,
	"sslenforcement": protects, "enforcessl": protects, "enablekeyrotation": protects, "mfadelete": protects,
	"blockpublicacls": protects, "blockpublicpolicy": protects, "ignorepublicacls": protects,
	"restrictpublicbuckets": protects, "httptokens": tokens, "viewerprotocolpolicy": viewers,
	"mintlsversion": lowestTLS, "minimumtlsversion": lowestTLS, "minimumprotocolversion": lowestTLS,
	"tlssecuritypolicy": lowestTLS, "runasnonroot": protects, "readonlyrootfilesystem": protects,
	"enableiamdatabaseauthentication": protects, "iamdatabaseauthenticationenabled": protects,

	"kmskeyid": opaque, "kmsmasterkeyid": opaque, "kmskeyarn": opaque, "ssealgorithm": opaque, "kmskey": opaque,
	"encryptionconfiguration": opaque, "bucketencryption": opaque, "serversideencryptionconfiguration": opaque,
	"encryptionkey": opaque, "encryption": opaque,
}

func rankOf(exposed bool) int {
	if exposed {
		return 1
	}
	return 0
}

// words makes a scale of texts.
func words(absent int, ranks map[name]int, world map[name]bool) scale {
	return scale{absent, func(value document.Value) level {
		folded := nameOf(value.Text())
		rank, ranked := ranks[folded]
		return level{ranked: ranked, rank: rank, world: world[folded]}
	}}
}

// tlsLevel reads TLS1_2, TLSv1.2_2021, Policy-Min-TLS-1-2-2019-07, SSLv3 and the like.
func tlsLevel(value document.Value) level {
	text := string(nameOf(value.Text()))
	switch {
	case strings.Contains(text, "ssl"):
		return level{ranked: true, rank: 8}
	case !strings.Contains(text, "tls") && !strings.HasPrefix(text, "1"):
		return level{}
	}
	_, version, found := strings.Cut(text, "tls")
	if !found {
		version = text
	}
	version = strings.NewReplacer(".", "", "v", "").Replace(version)
	switch {
	case strings.HasPrefix(version, "13"):
		return level{ranked: true, rank: 3}
	case strings.HasPrefix(version, "12"):
		return level{ranked: true, rank: 4}
	case strings.HasPrefix(version, "11"):
		return level{ranked: true, rank: 5}
	case strings.HasPrefix(version, "1"):
		return level{ranked: true, rank: 6}
	default:
		return level{}
	}
}
