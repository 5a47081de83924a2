package enginetest

// goldenBits is the bits of each training of Goldens, in the order of its Configs.
// Who means to change them copies what the test prints.
var goldenBits = map[string]string{
	"overlapped clusters":              "1fff5560 9f6d1adf 2767cce1 2767cce1 bcf2fd6a c546242f ed175612",
	"overlapped and weighted clusters": "2952b61a 7a8eb240 4c3ade7f 4c3ade7f f507b205 c141f979 e07aa351",
	"separated clusters":               "fe9f5d2c ab244ea0 402e1124 402e1124 5e2aa84f c86f2869 b92c72af",
	"tied rows":                        "da91ea33 721dc7c5 8e05fa61 8e05fa61 3b83a0fe fafef918 d1cbf11b",
	"offset by 10,000":                 "5952f7e9 6a4c7e6b 2be96b35 2be96b35 473e2a2f b6c73f4f 1dbaca1a",
	"high-dimensional":                 "1c65a31f 935fb7fa 9cec1622 9cec1622 894e80ea 101f471e 383e1128",
	"many clusters":                    "709023f7 34f171b4 bd622fff bd622fff 2adedc18 fd9485cf 09afdb01",
	"one row":                          "b9a9d36f b9a9d36f b9a9d36f",
	"fewer rows than a shard":          "a79db5c3 a79db5c3 4e0679d7",
	"k is n":                           "88e97adc 88e97adc 757c227d",
	"one feature":                      "60012e94 231e293e 4583517b",
	"one cluster":                      "adba154a 18130353 340cd0a2",
	"overlapped":                       "0029e339 09eea810 4fb58c11",
	"a shard exactly":                  "fc9dcf62 ccd7a9e3 68e480cf",
	"a row more than a shard":          "6db90a83 016ca8a6 d8e23f20",
	"more clusters than lanes":         "b134a397 8e721c84 1aa4f277",
	"weighted":                         "f1297f73 93d8d22b 916889e3",
	"weighted ties":                    "dd57fa29 7e21e4cc 71219d08",
	"unit steps":                       "1e4700c1 1e4700c1 1e4700c1",
	"ties":                             "bb40a2c1 c26dd913 db9cd38a",
	"offset":                           "417d2c72 8a481809 61305c72",
	"huge":                             "e4daa532 80caa1c0 fcacee62",
}
