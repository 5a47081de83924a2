package enginetest

// goldenBits is the bits of each training of Goldens, in the order of its Configs.
// Who means to change them copies what the test prints.
var goldenBits = map[string]string{
	"overlapped clusters":              "0f33e2aa fbb98929 2831b68d 2831b68d 31a6d8fd a5b842eb ed175612",
	"overlapped and weighted clusters": "b7bf424a 8b0f4c94 3a273ac0 3a273ac0 931f06aa 7d0814b2 2ea0719d",
	"separated clusters":               "02ab92aa a6d49e71 e6707d45 e6707d45 9bc98c45 3706873c b92c72af",
	"tied rows":                        "867c48bc 065e7c08 2b824f36 2b824f36 f948696c 32d5ff43 d1cbf11b",
	"offset by 10,000":                 "68f126e1 835c66fe 17581013 17581013 e516143c 809f0432 1dbaca1a",
	"high-dimensional":                 "0c800c73 7de5a7aa 37c87600 37c87600 3cde3fbe d8976363 383e1128",
	"many clusters":                    "d06c4cfe b1f8fdbf 315b1684 315b1684 9fea6cd9 5188bf1f 09afdb01",
	"one row":                          "b9a9d36f b9a9d36f b9a9d36f",
	"fewer rows than a shard":          "a79db5c3 a79db5c3 6cf29f03",
	"k is n":                           "88e97adc 88e97adc 757c227d",
	"one feature":                      "4561e95b 6f3082ff a56214a6",
	"one cluster":                      "ef47719a 3b34fefa 90dce912",
	"overlapped":                       "a534d879 2f9822b7 f77a02b6",
	"a shard exactly":                  "0e8a5db9 8905de9e b27b0fc8",
	"a row more than a shard":          "88057b98 68ede5ff 4b9b02e9",
	"more clusters than lanes":         "905ccd1f fb83f14e 175348da",
	"weighted":                         "cdbca7a7 74efd3ce b8b17c0f",
	"weighted ties":                    "d6d858fe 475d8dac 3c802f3e",
	"unit steps":                       "1e4700c1 1e4700c1 1e4700c1",
	"ties":                             "860d6a7e 54b79c21 6448c5b0",
	"offset":                           "6b68f6e2 3e90d7aa 7042b831",
	"huge":                             "e604e4e3 8bdfdf3e 81138225",
}
