"""Word lists and sentence patterns that the training texts are drawn from, written here."""

from typing import Final

MONTHS: Final = ("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre").split()
WEEKDAYS: Final = "lunes martes miércoles jueves viernes sábado domingo".split()
ORDINALS: Final = (
    "primero primera segundo segunda tercero tercera tercer cuarto cuarta quinto quinta sexto "
    "sexta séptimo séptima octavo octava noveno novena décimo décima último última"
).split()

FIRST_NAMES: Final = (
    "maría josé juan carmen ana luis carlos jorge pedro rosa elena marta lucía sofía valentina "
    "camila daniela andrea paula laura patricia gabriela verónica mónica silvia beatriz gloria "
    "teresa isabel pilar mercedes dolores consuelo esperanza guadalupe fernanda ximena jimena "
    "antonia josefina catalina constanza javiera ignacia florencia agustina milagros abril "
    "martina julieta renata mariana alejandra claudia adriana liliana viviana yolanda norma "
    "graciela susana alicia raquel esther ruth noemí rebeca miriam sara eva irene nuria montse "
    "miguel ángel francisco manuel antonio javier fernando ricardo roberto eduardo alberto "
    "sergio rafael raúl óscar héctor víctor hugo mario julio césar arturo alfredo ernesto "
    "gustavo rodrigo gonzalo diego santiago mateo matías tomás nicolás sebastián benjamín "
    "joaquín ignacio facundo lautaro bruno thiago emiliano maximiliano cristian cristóbal "
    "felipe andrés simón samuel daniel david gabriel leonardo marcelo mauricio esteban fabián "
    "germán iván jesús joel jonathan kevin brayan wilson wilmer yesenia yuliana leidy jazmín "
    "brenda karina katherine lorena marisol maribel nelly olga paola rocío tatiana vanesa zulema "
    "abelardo adolfo agustín alonso amparo anselmo ariel armando aurelio bernardo braulio camilo "
    "clara cecilia damián dora édgar efraín elías elsa emilia enrique fabiola fidel gerardo "
    "gilberto griselda guillermo heriberto hilda homero horacio humberto inés irma ismael jaime "
    "lázaro leticia lidia lourdes lucero magdalena marco margarita melina néstor nora octavio "
    "omar orlando osvaldo pablo perla ramiro ramón regina reinaldo remedios rené rubén salvador "
    "saúl soledad ulises úrsula valeria vicente wenceslao xavier yadira"
).split()

SURNAMES: Final = (
    "garcía rodríguez gonzález fernández lópez martínez sánchez pérez gómez martín jiménez ruiz "
    "hernández díaz moreno muñoz álvarez romero alonso gutiérrez navarro torres domínguez vázquez "
    "ramos gil ramírez serrano blanco molina morales suárez ortega delgado castro ortiz rubio "
    "marín sanz núñez iglesias medina garrido cortés castillo santos lozano guerrero cano prieto "
    "méndez cruz calvo gallego vidal león márquez herrera peña flores cabrera campos vega fuentes "
    "carrasco diez caballero reyes nieto aguilar pascual santana herrero lorenzo montero hidalgo "
    "giménez ibáñez ferrer durán santiago benítez vargas mora vicente arias carmona crespo román "
    "pastor soto sáez velasco moya soler parra esteban bravo gallardo rojas quispe mamani huamán "
    "condori chávez mendoza espinoza salazar paredes cárdenas villanueva zambrano cevallos "
    "cedeño intriago alvarado bustamante contreras sepúlveda araya tapia valenzuela fuenzalida "
    "yáñez zúñiga ulloa quiroga ledesma pereyra acosta sosa coronel villalba ayala benegas "
    "figueroa olivera silveira bentancur rossi bianchi ferrari esposito restrepo ospina giraldo "
    "cardona londoño echeverri zuluaga bermúdez pineda cáceres orellana guzmán portillo escobar "
    "barrientos ixchel tzoc choc maldonado sandoval villarreal treviño garza elizondo cantú "
    "ochoa zamora barraza urrutia arriaga olvera nava tovar trejo ibarra quintana uribe valdez "
    "jaramillo henao duque palacios rentería mosquera caicedo hurtado bonilla estrada solano "
    "chacón barrantes madrigal zeledón batista peralta polanco tejada almonte rosario matos feliz"
).split()

PLACES: Final = (
    (
        "méxico puebla monterrey guadalajara toluca querétaro mérida tijuana hermosillo culiacán "
        "buenos_aires córdoba rosario mendoza tucumán la_plata salta santa_fe bogotá medellín cali "
        "barranquilla bucaramanga pereira santiago valparaíso concepción temuco antofagasta lima "
        "arequipa trujillo cusco piura chiclayo quito guayaquil cuenca ambato la_paz cochabamba "
        "santa_cruz montevideo salto asunción encarnación caracas maracaibo valencia madrid sevilla "
        "zaragoza málaga bilbao vigo panamá colón san_josé alajuela managua tegucigalpa san_pedro_sula "
        "san_salvador guatemala quetzaltenango santo_domingo la_habana san_juan ponce"
    )
    .replace("_", "~")
    .split()
)

COMPANIES: Final = (
    "banco crédito financiera caja cooperativa telefonía eléctrica aguas seguros tarjetas "
    "muebles mueblería almacenes motos autos consumo préstamos cobranzas gestiones recaudos "
    "recuperaciones servicios soluciones energía gas internet cable colegio clínica inmobiliaria"
).split()
COMPANY_TAILS: Final = (
    "del~norte|del~sur|del~valle|del~pacífico|andina|nacional|popular|unida|central|integral|"
    "américa|horizonte|aurora|esperanza|progreso|libertad|bolívar|san~martín|los~andes|el~roble|"
    "la~estrella|del~plata|caribe|oriente|occidente|continental|familiar|azul|nova|prisma|delta|"
    "capital|global|express|directo|y~asociados|del~centro|confianza|futuro|alianza|cumbre"
).split("|")

CURRENCIES: Final = (
    "pesos|pesos~mexicanos|pesos~argentinos|pesos~colombianos|pesos~chilenos|pesos~dominicanos|"
    "soles|dólares|euros|bolivianos|guaraníes|quetzales|lempiras|córdobas|colones|balboas|"
    "bolívares|lucas|palos|gambas|varos|mangos|pavos|plata|centavos|céntimos|unidades|reales|"
    "cuotas|mensualidades|abonos|pagos|recibos|facturas|letras|días|semanas|meses|años|horas|"
    "minutos|quincenas|por~ciento|puntos|barras|lanas|bolas|pepas|milanesas|cocos|chirolas"
).split("|")

DAY_PHRASES: Final = (
    "hoy|mañana|pasado~mañana|ayer|anteayer|hoy~mismo|mañana~temprano|mañana~por~la~tarde|"
    "esta~semana|la~próxima~semana|la~semana~que~viene|la~otra~semana|la~semana~entrante|"
    "este~mes|el~mes~que~entra|el~mes~que~viene|el~próximo~mes|fin~de~mes|a~fin~de~mes|"
    "a~principios~de~mes|a~mediados~de~mes|la~quincena|esta~quincena|la~primera~quincena|"
    "en~ocho~días|en~quince~días|de~hoy~en~ocho|el~fin~de~semana|el~último~día~hábil|"
    "dentro~de~un~rato|en~la~noche|por~la~mañana|al~mediodía|a~primera~hora|más~tardecito|"
    "ahorita|ahora|luego|después|antes~del~cierre|al~cierre|cuando~cobre|cuando~me~paguen|"
    "apenas~pueda|en~cuanto~cobre|el~año~que~viene|en~navidad|después~de~las~fiestas"
).split("|")

SHORT: Final = (
    "sí|no|bueno|claro|ajá|mm|eh|este|ok|okey|dale|vale|ya|listo|perfecto|correcto|exacto|"
    "así~es|de~acuerdo|aló|hola|diga|dígame|mande|cómo|qué|quién~habla|quién~es|de~parte~de~quién|"
    "buenos~días|buenas~tardes|buenas~noches|buenas|muy~buenos~días|gracias|muchas~gracias|"
    "de~nada|con~gusto|a~la~orden|hasta~luego|adiós|chao|chau|nos~vemos|que~le~vaya~bien|"
    "que~esté~bien|igualmente|sí~señor|sí~señora|sí~señorita|no~señor|no~señora|él~habla|"
    "ella~habla|soy~yo|con~él|con~ella|no~se~encuentra|está~equivocado|número~equivocado|"
    "un~momento|un~momentito|espéreme|permítame|no~cuelgue|me~escucha|lo~escucho|la~escucho|"
    "no~lo~oigo|se~corta|se~oye~mal|hable~más~fuerte|otra~vez|ni~modo|pues~sí|pues~no|ándele|"
    "órale|híjole|pucha|che|mire|oiga|fíjese|a~ver|o~sea|la~verdad|por~supuesto|cómo~no|tal~vez|"
    "quizás|no~sé|ya~veo|entiendo|comprendo|lo~entiendo|disculpe|perdón|por~favor|con~permiso"
).split("|")

# «{x}» is filled from the tables of texts.py. Running speech of both sides of a call.
PATTERNS: Final = (
    "{saludo} me comunico con {trato} {nombre}",
    "hablo con {trato} {nombre}",
    "se encuentra {trato} {nombre} en casa",
    "le llamo de {empresa} por su {producto}",
    "mi nombre es {nombre} y trabajo para {empresa}",
    "le habla {nombre} del área de {area} de {empresa}",
    "para {fin} puede que grabemos esta llamada",
    "me confirma los últimos {n} números de su {documento}",
    "mi {documento} termina en {digitos}",
    "el número es {digitos}",
    "anote por favor la referencia {digitos}",
    "su {producto} presenta un atraso de {n} {periodo}",
    "el saldo pendiente es de {monto}",
    "usted nos debe {monto} desde el {fecha}",
    "lo mínimo son {monto} y se vence el {fecha}",
    "la deuda total llega a {monto} con intereses",
    "le puedo ofrecer un descuento del {n} por ciento",
    "podemos dividirlo en {n} cuotas de {monto}",
    "puede hacer un abono de {monto} {cuando}",
    "{cuando} le deposito {monto}",
    "le pago {monto} el {diasemana}",
    "el {diasemana} {n} de {mes} le hago la transferencia",
    "el {fecha} paso por la oficina a pagar",
    "yo le puedo dar {monto} {cuando} y el resto {cuando}",
    "antes del {fecha} no tengo cómo pagarle",
    "a partir del {fecha} ya cobro y le pago",
    "me comprometo a pagar {monto} el {fecha}",
    "pongamos {monto} para el {diasemana}",
    "entonces quedamos en {monto} para el {fecha}",
    "le repito son {monto} a más tardar el {diasemana}",
    "queda registrado su compromiso por {monto}",
    "me quedé sin {perdida} hace {n} {periodo}",
    "mi {pariente} está {estado} y todo se va en {gasto}",
    "se me fue el dinero en {gasto}",
    "yo ya pagué esa {deuda} el {fecha}",
    "no reconozco esa {deuda} nunca la pedí",
    "yo no debo {monto} debo menos",
    "eso es demasiado no me alcanza para pagar {monto}",
    "esos {cargo} son un robo no los voy a pagar",
    "llámeme {cuando} porque ahora estoy {ocupado}",
    "mi {pariente} no está salió a {salida}",
    "aquí no vive ningún {apellido} está equivocado",
    "ese número ya no es de {nombre}",
    "no puedo hablar ahora estoy {ocupado}",
    "cómo consiguió usted este número",
    "deje su mensaje después de la señal",
    "el número que usted marcó no está disponible",
    "todos nuestros asesores están ocupados espere en la línea",
    "si no paga vamos a {amenaza}",
    "usted es un {insulto} y no quiere pagar",
    "no me grite que yo no le estoy faltando al respeto",
    "voy a poner una queja contra {empresa}",
    "la cuenta puede pasar al área {area} conforme a su contrato",
    "entiendo su situación {trato} {apellido} y quiero ayudarle",
    "lamento mucho lo de su {pariente}",
    "puede pagar en {lugar} o por {medio}",
    "le mando el comprobante por {medio} {cuando}",
    "a qué hora le puedo llamar el {diasemana}",
    "le agradezco su tiempo {trato} {apellido}",
    "que tenga un excelente {diasemana}",
    "nací el {fecha} en {ciudad}",
    "vivo en {ciudad} en la calle {apellido} número {numero}",
    "trabajo en {ciudad} de {hora} a {hora}",
    "le llamo a las {hora} del {diasemana}",
    "me pagan el {fecha} a las {hora}",
    "son {numero} más {numero} en total {numero}",
    "le faltan {n} {periodo} para terminar de pagar",
    "la tasa es del {n} coma {n} por ciento {frecuencia}",
    "mi correo es {nombre} punto {apellido} arroba correo punto com",
    "el {ordinal} pago es de {monto} y el {ordinal} de {monto}",
    "{corto} {cuando} le aviso si puedo con los {monto}",
    "{corto} pero no tengo {monto} tengo apenas {monto}",
    "{sujeto} {verbo} {objeto} {complemento}",
    "{complemento} {sujeto} {verbo} {objeto}",
    "{sujeto} no {verbo} {objeto} porque {sujeto} {verbo} {objeto}",
    "{corto} {sujeto} {verbo} {objeto}",
    "cuando {sujeto} {verbo} {objeto} {sujeto} {verbo} {objeto}",
    "dice que {sujeto} {verbo} {objeto} y que {verbo} {objeto}",
)

SLOTS: Final[dict[str, list[str]]] = {
    "saludo": ("buenos~días|buenas~tardes|buenas~noches|hola|hola~buenas|aló~buenas|muy~buenas|qué~tal").split("|"),
    "trato": (
        "el~señor|la~señora|la~señorita|don|doña|señor|señora|señorita|licenciado|"
        "la~licenciada|el~doctor|la~doctora|el~ingeniero|joven|profe|maestro"
    ).split("|"),
    "producto": (
        "tarjeta|crédito|préstamo|cuenta|línea|póliza|factura|contrato|hipoteca|"
        "crédito~de~nómina|plan~de~celular|recibo~de~luz|mensualidad~del~auto|moto|"
        "refrigerador|televisor|internet~fijo|tarjeta~departamental"
    ).split("|"),
    "area": (
        "cobranza|recuperación|jurídica|atención~al~cliente|crédito|cartera|normalización|"
        "mora~temprana|convenios|verificación|legal|calidad|cuentas~vencidas"
    ).split("|"),
    "fin": ("fines~de~calidad|su~seguridad|capacitar~al~personal|mejorar~el~servicio|dejar~constancia").split("|"),
    "documento": (
        "cédula|documento|identificación|tarjeta|rut|dni|curp|pasaporte|contrato|cuenta|"
        "teléfono|celular|folio|credencial|ruc|nit|licencia|expediente"
    ).split("|"),
    "periodo": ("días|meses|semanas|quincenas|años|cuotas|facturas|pagos").split("|"),
    "perdida": (
        "trabajo|empleo|chamba|laburo|pega|clientes|negocio|ingresos|casa|puesto|cosecha|camión|brete|curro|local"
    ).split("|"),
    "pariente": (
        "mamá|papá|esposo|esposa|hijo|hija|hermano|hermana|suegra|abuela|abuelo|tío|tía|"
        "sobrina|cuñado|nieto|primo|pareja|marido|mujer|vecina|patrona|jefe|socio"
    ).split("|"),
    "estado": (
        "enferma|internado|hospitalizada|grave|en~terapia|sin~trabajo|preso|embarazada|"
        "operada|accidentado|de~viaje|delicada|en~diálisis|fuera~del~país"
    ).split("|"),
    "gasto": (
        "medicinas|remedios|la~renta|el~alquiler|la~escuela|los~útiles|la~luz|el~agua|"
        "la~comida|el~entierro|los~pañales|la~operación|el~taller|los~pasajes|el~mercado|"
        "la~matrícula|análisis|la~mudanza"
    ).split("|"),
    "deuda": ("deuda|cuenta|factura|compra|tarjeta|cuota|multa|suscripción|línea|letra").split("|"),
    "cargo": (
        "intereses|recargos|cargos|seguros|gastos~de~cobranza|honorarios|cobros|comisiones|"
        "punitorios|moratorios|impuestos|ajustes"
    ).split("|"),
    "ocupado": (
        "manejando|trabajando|en~una~reunión|en~el~hospital|comiendo|en~clase|en~misa|"
        "cuidando~a~los~niños|en~el~camión|en~el~banco|en~la~oficina|con~un~cliente|saliendo|"
        "en~la~calle"
    ).split("|"),
    "salida": (
        "trabajar|comprar|la~tienda|pasear|cobrar|hacer~un~mandado|buscar~a~los~niños|"
        "ver~al~médico|la~feria|entregar~un~pedido"
    ).split("|"),
    "amenaza": (
        "embargarle|ir~a~su~casa|hablar~con~su~jefe|demandarlo|mandarle~un~abogado|"
        "avisar~a~sus~vecinos|reportarlo~al~buró|quitarle~el~carro|sacarle~sus~muebles|"
        "pasar~el~caso~al~juzgado|subir~su~foto"
    ).split("|"),
    "insulto": (
        "sinvergüenza|mentiroso|moroso|ladrón|irresponsable|descarado|muerto~de~hambre|"
        "payaso|caradura|vividor|estafador|vago|ignorante|tramposo|pelado"
    ).split("|"),
    "lugar": (
        "el~banco|la~tienda|la~farmacia|el~supermercado|la~sucursal|el~cajero|la~oficina|"
        "cualquier~corresponsal|ventanilla|el~kiosco|la~bodega|el~almacén|la~estación"
    ).split("|"),
    "medio": (
        "transferencia|whatsapp|correo|depósito|la~aplicación|la~página|tarjeta|efectivo|"
        "código|teléfono|mensaje|billetera|enlace|cheque|botón~de~pago"
    ).split("|"),
    "frecuencia": ("mensual|anual|semanal|diario|trimestral|fijo|variable|efectivo").split("|"),
    "sujeto": (
        "yo|usted|él|ella|mi~marido|mi~señora|el~banco|la~empresa|el~asesor|la~muchacha|"
        "mi~hermano|el~abogado|el~patrón|la~vecina|el~contador|su~hija|mi~jefe|la~financiera|"
        "el~supervisor|la~señora|el~muchacho|la~compañera|el~cajero|mi~compadre|la~tienda|"
        "el~gobierno|el~seguro|la~policía|el~gerente|nadie|alguien|mi~familia|el~médico|"
        "la~maestra|don~julio|el~dueño|el~perro|la~fábrica|el~taxista|el~juez|la~comadre|"
        "mi~nuera"
    ).split("|"),
    "verbo": (
        "pagó|paga|pagaba|pagará|debe|debía|compró|compra|vendió|vende|firmó|firma|mandó|"
        "manda|mandará|pidió|pide|perdió|pierde|prestó|presta|cobró|cobra|guardó|guarda|"
        "revisó|revisa|dejó|deja|llevó|lleva|trajo|trae|buscó|busca|encontró|encuentra|"
        "rompió|rompe|arregló|arregla|olvidó|olvida|necesita|necesitaba|quiere|quería|tiene|"
        "tenía|conoce|conocía|ve|vio|oyó|escucha|recibió|recibe|entregó|entrega|cambió|"
        "cambia|devolvió|devuelve|reclama|reclamó|explica|explicó|niega|negó|promete|"
        "prometió|cumple|cumplió|espera|esperaba|aceptó|acepta|rechazó|rechaza|cerró|cierra|"
        "abrió|abre|canceló|cancela|depositó|deposita|transfirió|gasta|gastó|ahorra|ahorró|"
        "consiguió|consigue|llamó|llama|visitó|visita|amenazó|ayudó|ayuda|cuida|cuidaba|"
        "escribió|escribe|lee|leyó|bloqueó|borró|puso|pone|quitó|quita|sacó|saca|metió|mete|"
        "usó|usa|dijo|dice|sabe|sabía"
    ).split("|"),
    "objeto": (
        "el~dinero|la~plata|el~recibo|la~factura|el~contrato|la~tarjeta|el~carro|la~moto|"
        "la~casa|el~terreno|una~vaca|dos~sillas|el~teléfono|la~computadora|los~papeles|"
        "las~llaves|el~comprobante|la~carta|un~mensaje|el~correo|la~cuota|los~intereses|"
        "el~sueldo|el~aguinaldo|la~pensión|un~préstamo|la~deuda|el~cheque|una~cita|"
        "la~medicina|el~pasaje|la~leche|el~pan|la~mesa|el~televisor|la~lavadora|"
        "una~respuesta|el~problema|la~solución|el~acuerdo|un~plazo|otra~fecha|el~documento|"
        "la~cédula|la~denuncia|el~reclamo|un~descuento|el~número|la~dirección|una~foto|"
        "la~verdad|la~palabra|el~tiempo|la~paciencia|la~cosecha|el~negocio|la~herramienta|"
        "el~uniforme|los~zapatos|la~ropa|el~café|un~favor|la~firma|la~garantía"
    ).split("|"),
    "complemento": (
        "ayer|hoy|mañana|siempre|nunca|a~veces|casi~siempre|el~otro~día|hace~rato|"
        "hace~un~año|en~la~mañana|en~la~tarde|por~la~noche|sin~avisar|con~calma|con~gusto|"
        "por~error|por~teléfono|en~el~centro|en~mi~pueblo|en~la~esquina|por~culpa~del~banco|"
        "desde~enero|hasta~el~viernes|para~la~fiesta|por~si~acaso|de~vez~en~cuando|"
        "cada~quincena|todos~los~meses|sin~querer|a~escondidas|de~repente|por~suerte|"
        "lamentablemente|obviamente|rápidamente|despacio|otra~vez|todavía|enseguida|al~final|"
        "al~principio|según~entiendo|en~serio"
    ).split("|"),
}
