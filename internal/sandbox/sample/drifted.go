package sample

// One resource is declared and does not exist, another exists and nobody declared it, and of a third
// the provider says nothing.
const (
	missingResource    = "vm-vertex-1"
	extraResource      = "vm-unknown-7f3a"
	unreadableResource = "db-acme-3"
)

// drifted are the resources whose observed configuration is not the declared one, by what was done to
// them, and the gravity that this has. All others are as declared, but for spelling and order.
var drifted = map[string]func(actual object){
	// Cosmetic: tags and names.
	"vm-dune-1":     func(actual object) { actual["Tags"] = []any{object{"Key": "Name", "Value": "renamed by hand"}} },
	"bkt-kestrel-3": func(actual object) { addTo(actual, "Tags", object{"Key": "reviewed", "Value": "yes"}) },
	"vpc-willow":    func(actual object) { actual["Tags"] = []any{} },
	// Functional: it behaves otherwise, and is as safe as before.
	"vm-acme-1":    func(actual object) { actual["InstanceType"] = "m6i.8xlarge" },
	"vm-kestrel-2": func(actual object) { delete(actual, "Monitoring") },
	"vm-pinnacle-1": func(actual object) {
		actual["InstanceType"] = "m6i.2xlarge"
		actual["EbsOptimized"] = false
	},
	"db-meridian-3": func(actual object) { actual["BackupRetentionPeriod"] = 1 },
	// Security: who may reach or read what.
	"bkt-borealis-4": func(actual object) { delete(actual, "BucketEncryption") },
	"db-borealis-3":  func(actual object) { actual["StorageEncrypted"] = false },
	"role-ember":     func(actual object) { addTo(actual, "ManagedPolicyArns", "arn:aws:iam::aws:policy/AdministratorAccess") },
	"sg-granite": func(actual object) {
		addTo(actual, "SecurityGroupIngress", object{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "CidrIp": "192.168.7.0/24"})
	},
	"bkt-finch-2": func(actual object) {
		actual["PublicAccessBlockConfiguration"] = object{
			"BlockPublicAcls": false, "BlockPublicPolicy": false, "IgnorePublicAcls": false, "RestrictPublicBuckets": false,
		}
	},
	// Critical: open to the world.
	"sg-meridian": func(actual object) {
		addTo(actual, "SecurityGroupIngress", object{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"})
	},
	"sg-umbra": func(actual object) {
		addTo(actual, "SecurityGroupIngress", object{"IpProtocol": "-1", "CidrIpv6": "::/0"})
	},
}

// addTo appends to a list of a configuration.
func addTo(actual object, key string, added any) {
	list, _ := actual[key].([]any)
	actual[key] = append(list, added)
}
