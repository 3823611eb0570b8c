package sample

// service is one product of the cloud: how it is named in a bill, metered and priced.
type service struct {
	name         string
	category     string // FOCUS ServiceCategory
	resourceType string
	prefix       string // of resource ids
	sku          string
	unit         string
	// price is odd on purpose, so that costs fill all ten fractional digits.
	price rate
	// daily is the usual quantity of one resource on one working day.
	daily milli
	// driver is the usage category that the quantity counts towards, or empty.
	driver string
	// weekend is the part of a working day's quantity on Saturdays and Sundays, per mille.
	weekend int64
}

// The services. Storage does not rest at weekends; machines and traffic do.
var (
	virtualMachine = service{"Virtual Machines", "Compute", "vm", "vm", "VM-GP-4X", "vCPU-Hours", 416_527, 384_000, "compute", 720}
	objectStore    = service{"Object Storage", "Storage", "bucket", "bkt", "OBJ-STD-1", "GB-Days", 7_671, 2_600_000, "storage", 1000}
	loadBalancer   = service{"Load Balancing", "Networking", "load_balancer", "lb", "LB-APP-1", "GB", 83_333, 310_000, "network", 640}
	database       = service{"Managed Database", "Databases", "database", "db", "DB-PG-2X", "vCPU-Hours", 912_345, 96_000, "compute", 900}
	cluster        = service{"Kubernetes Engine", "Compute", "cluster", "k8s", "K8S-CP-1", "Cluster-Hours", 1_000_003, 288_000, "", 1000}
	metricsStore   = service{"Metrics Store", "Management and Governance", "metrics_workspace", "mon", "MON-ING-1", "Million samples", 2_750_001, 61_000, "", 850}
	logStore       = service{"Log Store", "Management and Governance", "log_group", "log", "LOG-ING-1", "GB", 5_000_007, 27_500, "", 850}
	transitGateway = service{"Transit Gateway", "Networking", "gateway", "tgw", "TGW-DATA-1", "GB", 200_011, 905_000, "", 640}
	natGateway     = service{"NAT Gateway", "Networking", "gateway", "nat", "NAT-DATA-1", "GB", 450_019, 214_000, "", 640}
	researchJob    = service{"Batch Compute", "Compute", "job_queue", "job", "BAT-SPOT-1", "vCPU-Hours", 121_117, 140_000, "", 300}
)

// allServices returns every service, for the list of prices.
func allServices() []service {
	return []service{
		virtualMachine, objectStore, loadBalancer, database, cluster,
		metricsStore, logStore, transitGateway, natGateway, researchJob,
	}
}
